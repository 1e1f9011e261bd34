//! E-mail templates (contract 2.9, 3.5).

use crate::clock::Timestamp;
use crate::ids::TemplateId;
use crate::tenants::set;

/// Characters of a template's name.
pub const NAME_CHARACTERS: std::ops::RangeInclusive<usize> = 1..=255;
/// Characters of a subject.
pub const SUBJECT_CHARACTERS: std::ops::RangeInclusive<usize> = 1..=500;
/// Characters of a body.
pub const BODY_CHARACTERS: std::ops::RangeInclusive<usize> = 1..=200_000;
/// Most characters of a description.
pub const DESCRIPTION_CHARACTERS_MAX: usize = 20_000;

/// A template.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// Its id.
    pub id: TemplateId,
    /// What people write of it.
    pub fields: TemplateFields,
    /// How many texts were made from it.
    pub times_used: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What people write of a template.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateFields {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The subject line.
    pub subject: String,
    /// The text.
    pub body: String,
    /// Whether it is offered.
    pub is_active: bool,
    /// Whether texts are made for each lead.
    pub use_ai_personalization: bool,
}

/// A change; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct TemplatePatch {
    /// A new name.
    pub name: Option<String>,
    /// A new description, or none.
    pub description: Option<Option<String>>,
    /// A new subject.
    pub subject: Option<String>,
    /// A new text.
    pub body: Option<String>,
    /// Whether it is offered.
    pub is_active: Option<bool>,
    /// Whether texts are made for each lead.
    pub use_ai_personalization: Option<bool>,
}

impl Template {
    /// The template after the change, and the names of the fields that differ.
    pub fn patched(mut self, patch: TemplatePatch, now: Timestamp) -> (Self, Vec<&'static str>) {
        let mut changed = Vec::new();
        let fields = &mut self.fields;
        set(&mut fields.name, patch.name, "name", &mut changed);
        set(
            &mut fields.description,
            patch.description,
            "description",
            &mut changed,
        );
        set(&mut fields.subject, patch.subject, "subject", &mut changed);
        set(&mut fields.body, patch.body, "body", &mut changed);
        set(
            &mut fields.is_active,
            patch.is_active,
            "is_active",
            &mut changed,
        );
        let personal = patch.use_ai_personalization;
        set(
            &mut fields.use_ai_personalization,
            personal,
            "use_ai_personalization",
            &mut changed,
        );
        if !changed.is_empty() {
            self.updated_at = now;
        }
        (self, changed)
    }
}
