//! Which rows of a chunk are leads that are there already, and what becomes of them.
//!
//! Two leads are the same when they have the same e-mail address; where one of them has none, when they have the same
//! website and title. Of several the oldest counts.

use std::collections::HashMap;

use super::mapping::MappedRow;
use super::options::DuplicateMode;
use crate::ids::{ImportId, LeadId};
use crate::leads::{EXTRA_BYTES_MAX, Lead, LeadFields};

/// What leads are compared by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeadKeys {
    /// The address.
    pub email: Option<String>,
    /// The website's host and the title.
    pub site: Option<(String, String)>,
}

impl LeadKeys {
    /// The keys of a lead.
    pub fn of(fields: &LeadFields) -> Self {
        let title = fields.title_key();
        let host = fields.website_host().filter(|_| !title.is_empty());
        Self {
            email: fields.email_key(),
            site: host.map(|host| (host, title)),
        }
    }
}

/// The oldest leads of the table that a row is the same as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Found {
    /// By its address.
    pub by_email: Option<LeadId>,
    /// By its website and title.
    pub by_site: Option<LeadId>,
}

/// What a chunk does.
#[derive(Debug, Default)]
pub struct Resolved {
    /// Rows that become leads.
    pub created: Vec<(u64, MappedRow)>,
    /// Leads that changed.
    pub updated: Vec<Lead>,
    /// Rows that changed a lead.
    pub updated_rows: i64,
    /// Rows that changed nothing.
    pub skipped_rows: i64,
}

/// Where the lead of a key is.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// Made by an earlier row of this chunk.
    New(usize),
    /// In the table.
    Old(LeadId),
}

#[derive(Debug, Default)]
struct Known {
    emails: HashMap<String, Place>,
    sites: HashMap<(String, String), Place>,
    /// Those of leads without an address.
    sites_alone: HashMap<(String, String), Place>,
}

impl Known {
    fn add(&mut self, keys: LeadKeys, place: Place) {
        if let Some(site) = keys.site {
            if keys.email.is_none() {
                self.sites_alone.entry(site.clone()).or_insert(place);
            }
            self.sites.entry(site).or_insert(place);
        }
        if let Some(email) = keys.email {
            self.emails.entry(email).or_insert(place);
        }
    }

    /// An address is surer than a website; of equals the table's lead is the older one.
    fn find(&self, keys: &LeadKeys, found: Found) -> Option<Place> {
        let of_email = || self.emails.get(keys.email.as_ref()?).copied();
        let of_site = || {
            let sites = match keys.email {
                None => &self.sites,
                Some(_) => &self.sites_alone,
            };
            sites.get(keys.site.as_ref()?).copied()
        };
        let old = |id: Option<LeadId>| id.map(Place::Old);
        old(found.by_email)
            .or_else(of_email)
            .or_else(|| old(found.by_site))
            .or_else(of_site)
    }
}

/// Decides for each row of a chunk. `found` has an entry for each row; `leads` are the found ones, locked, where they may be
/// changed. Whether rows are in one chunk or in two makes no difference.
pub fn resolve(
    mode: DuplicateMode,
    import: ImportId,
    rows: Vec<(u64, MappedRow)>,
    found: &[Found],
    leads: Vec<Lead>,
) -> Resolved {
    let mut resolved = Resolved::default();
    let mut known = Known::default();
    let mut leads: HashMap<LeadId, (Lead, bool)> = leads
        .into_iter()
        .map(|lead| (lead.id, (lead, false)))
        .collect();
    for ((number, row), found) in rows.into_iter().zip(found) {
        let keys = LeadKeys::of(&row.fields);
        match known.find(&keys, *found) {
            None => {
                known.add(keys, Place::New(resolved.created.len()));
                resolved.created.push((number, row));
            }
            Some(_) if mode == DuplicateMode::Skip => resolved.skipped_rows += 1,
            Some(place) => {
                let changed = match place {
                    Place::New(index) => {
                        let (_, made) = &mut resolved.created[index];
                        let changed = merge(&mut made.fields, row.fields, mode);
                        made.has_description = made.fields.description.is_some();
                        made.has_generated_email = made.fields.generated_email.is_some();
                        changed.then(|| LeadKeys::of(&made.fields))
                    }
                    Place::Old(id) => match leads.get_mut(&id) {
                        Some((lead, is_changed)) => {
                            let changed = update(lead, row.fields, mode, import);
                            *is_changed |= changed;
                            changed.then(|| LeadKeys::of(&lead.fields))
                        }
                        // It went between being found and being locked.
                        None => {
                            known.add(keys, Place::New(resolved.created.len()));
                            resolved.created.push((number, row));
                            continue;
                        }
                    },
                };
                match changed {
                    Some(keys) => {
                        known.add(keys, place);
                        resolved.updated_rows += 1;
                    }
                    None => resolved.skipped_rows += 1,
                }
            }
        }
    }
    let mut updated: Vec<Lead> = leads
        .into_values()
        .filter_map(|(lead, is_changed)| is_changed.then_some(lead))
        .collect();
    updated.sort_by_key(|lead| lead.id);
    resolved.updated = updated;
    resolved
}

/// A lead that this import made and nobody touched since stays at its first revision, so that undoing takes it along.
fn update(lead: &mut Lead, new: LeadFields, mode: DuplicateMode, import: ImportId) -> bool {
    let changed = merge(&mut lead.fields, new, mode);
    let is_our_own = lead.import_id == Some(import) && lead.revision == 1;
    if changed && !is_our_own {
        lead.revision += 1;
    }
    changed
}

/// Puts a row's values into a lead's; says whether any differs then. Score and source stay as they are.
fn merge(fields: &mut LeadFields, new: LeadFields, mode: DuplicateMode) -> bool {
    let replaces = mode == DuplicateMode::UpdateAll;
    let mut changed = false;
    let mut put = |old: &mut Option<String>, new: Option<String>| {
        let is_empty = old.as_deref().is_none_or(|text| text.trim().is_empty());
        if let Some(new) = new
            && (is_empty || replaces)
            && old.as_ref() != Some(&new)
        {
            *old = Some(new);
            changed = true;
        }
    };
    put(&mut fields.title, new.title);
    put(&mut fields.address, new.address);
    put(&mut fields.phone, new.phone);
    put(&mut fields.website, new.website);
    put(&mut fields.email, new.email);
    put(&mut fields.description, new.description);
    put(&mut fields.generated_email, new.generated_email);
    if let Some(extra) = new.scraped_data {
        let mut merged = fields.scraped_data.clone().unwrap_or_default();
        for (name, value) in extra {
            if replaces || !merged.contains_key(&name) {
                merged.insert(name, value);
            }
        }
        // Extra data that would not fit is left out.
        let bytes: usize = merged
            .iter()
            .map(|(name, value)| name.len() + value.as_str().map_or(0, str::len))
            .sum();
        if bytes <= EXTRA_BYTES_MAX && fields.scraped_data.as_ref() != Some(&merged) {
            fields.scraped_data = Some(merged);
            changed = true;
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::ids::CampaignId;
    use uuid::Uuid;

    const IMPORT: ImportId = ImportId(Uuid::from_u128(9));

    fn row(title: &str, email: &str, website: &str, phone: &str) -> (u64, MappedRow) {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let fields = LeadFields {
            title: some(title),
            email: some(email),
            website: some(website),
            phone: some(phone),
            ..LeadFields::default()
        };
        let row = MappedRow {
            fields,
            has_description: false,
            has_generated_email: false,
        };
        (0, row)
    }

    fn lead(id: u128, import: ImportId, row: (u64, MappedRow)) -> Lead {
        Lead {
            id: LeadId(Uuid::from_u128(id)),
            campaign_id: CampaignId(Uuid::from_u128(1)),
            revision: 1,
            import_id: Some(import),
            fields: row.1.fields,
            email_sent: false,
            whatsapp_sent: false,
            replied: false,
            created_at: Timestamp(0),
        }
    }

    fn within(mode: DuplicateMode, rows: Vec<(u64, MappedRow)>) -> Resolved {
        let found = vec![Found::default(); rows.len()];
        resolve(mode, IMPORT, rows, &found, Vec::new())
    }

    #[test]
    fn rows_of_one_chunk_are_compared_with_each_other() {
        let rows = || {
            vec![
                row("Acme", "A@b.example", "acme.example", ""),
                row("Other", "a@b.example", "", "1"),
                row("ACME", "", "www.acme.example/x", "2"),
                row("Acme", "second@b.example", "acme.example", ""),
            ]
        };
        let skipped = within(DuplicateMode::Skip, rows());
        assert_eq!((skipped.created.len(), skipped.skipped_rows), (2, 2));
        let updated = within(DuplicateMode::UpdateEmpty, rows());
        assert_eq!((updated.created.len(), updated.updated_rows), (2, 1));
        assert_eq!(updated.created[0].1.fields.phone.as_deref(), Some("1"));
        assert_eq!(updated.created[0].1.fields.title.as_deref(), Some("Acme"));
        let all = within(DuplicateMode::UpdateAll, rows());
        assert_eq!(all.created[0].1.fields.phone.as_deref(), Some("2"));
        assert_eq!(all.updated_rows, 2);
    }

    #[test]
    fn a_lead_of_another_import_gets_a_revision_and_ours_does_not() {
        let other = ImportId(Uuid::from_u128(8));
        let leads = vec![
            lead(1, other, row("Acme", "a@b.example", "", "")),
            lead(2, IMPORT, row("Zeta", "z@b.example", "", "")),
        ];
        let by_email = |id| Found {
            by_email: Some(LeadId(Uuid::from_u128(id))),
            by_site: None,
        };
        let rows = vec![
            row("Acme", "a@b.example", "", "5"),
            row("Zeta", "z@b.example", "", "5"),
            row("Acme", "a@b.example", "", "5"),
        ];
        let found = [by_email(1), by_email(2), by_email(1)];
        let done = resolve(DuplicateMode::UpdateEmpty, IMPORT, rows, &found, leads);
        let revisions: Vec<i64> = done.updated.iter().map(|lead| lead.revision).collect();
        assert_eq!(revisions, [2, 1]);
        assert_eq!((done.updated_rows, done.skipped_rows), (2, 1));
    }
}
