//! Every page in its main states, made of invented data: for the gallery and the tests. Nothing of the
//! product reads it.

use askama::Template;

use crate::chrome::{Chrome, Flash, Outside, Section};
use crate::text::{Role, When};

mod campaigns;
mod imports;
mod inside;
mod leads;
mod mapping;
mod outside;

/// A rendered page with the name of its file in the gallery.
pub struct Sample {
    /// The file's name, without its extension.
    pub name: &'static str,
    /// The page.
    pub html: String,
}

/// A name that would be a script if it were not escaped; it appears in several samples.
pub const HOSTILE: &str = "<script>alert(\"x\")</script> & 'Sons'";

/// Every page in its main states.
pub fn every_page() -> Vec<Sample> {
    let mut samples = outside::pages();
    samples.extend(inside::pages());
    samples.extend(campaigns::pages());
    samples.extend(leads::pages());
    samples.extend(imports::pages());
    samples
}

fn page(name: &'static str, page: impl Template) -> Sample {
    let html = page.render().expect("writing into a string cannot fail");
    Sample { name, html }
}

fn outside() -> Outside {
    Outside {
        csrf: "csrf-sample".into(),
        flash: None,
    }
}

fn chrome(section: Section) -> Chrome {
    Chrome {
        user_name: "Amélie Laurent".into(),
        user_email: "amelie@atelier-laurent.example".into(),
        role: Role::Owner,
        tenant_name: "Atelier Laurent".into(),
        csrf: "csrf-sample".into(),
        section,
        unread: 3,
        flash: None,
    }
}

fn member_chrome(section: Section) -> Chrome {
    Chrome {
        user_name: "Jonas Weber".into(),
        user_email: "jonas@atelier-laurent.example".into(),
        role: Role::Member,
        unread: 0,
        ..chrome(section)
    }
}

fn flashed(chrome: Chrome, flash: Flash) -> Chrome {
    Chrome {
        flash: Some(flash),
        ..chrome
    }
}

fn when(text: &str) -> When {
    When::new("2026-11-20T14:05:00Z", text)
}
