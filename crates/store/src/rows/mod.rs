//! The rows of the tables as SeaORM sees them; nothing outside this crate does.

#![expect(
    unreachable_pub,
    reason = "SeaORM's derives demand `pub` items in a private module"
)]

pub(crate) mod attempts;
pub(crate) mod campaigns;
pub(crate) mod events;
pub(crate) mod imports;
pub(crate) mod invitations;
pub(crate) mod leads;
pub(crate) mod sessions;
pub(crate) mod spines;
pub(crate) mod templates;
pub(crate) mod tenants;
pub(crate) mod upload_pieces;
pub(crate) mod uploads;
pub(crate) mod users;
