//! A kind for this crate's own tests.

use bytes::Bytes;

use crate::{Key, KeyText, Kind, Scope, Scopes, Tenant};

/// Pages of a tenant.
#[derive(Debug)]
pub(crate) struct Page;

#[derive(Debug, Clone)]
pub(crate) struct PageKey {
    pub(crate) tenant: Tenant,
    pub(crate) name: String,
}

pub(crate) const PAGES: Scope = Scope::all(1);

impl Kind for Page {
    const NOUN: &'static str = "pages";
    const VIEW: &'static str = "one";
    type Key = PageKey;
    type Value = Bytes;
    type Error = String;
}

impl Key for PageKey {
    fn tenant(&self) -> Tenant {
        self.tenant
    }

    fn scopes(&self) -> Scopes {
        Scopes::of([PAGES])
    }

    fn write(&self, text: &mut KeyText) {
        text.part(&self.name);
    }
}
