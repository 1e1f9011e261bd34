//! Campaigns, and the questions before deleting.

use super::{HOSTILE, Sample, chrome, page, when};
use crate::campaigns::{
    CampaignCard, CampaignForm, CampaignFormPage, CampaignList, CampaignRef, CampaignStatus,
    CampaignsPage,
};
use crate::chrome::Section;
use crate::confirm::ConfirmPage;
use crate::forms::Field;

pub(super) fn pages() -> Vec<Sample> {
    let mut samples = campaigns();
    samples.extend(questions());
    samples
}

pub(super) fn campaign() -> CampaignRef {
    CampaignRef {
        id: "c1".into(),
        name: "Architects in Lyon, spring".into(),
    }
}

pub(super) fn cards() -> Vec<CampaignCard> {
    let card =
        |id: &str, name: &str, description: &str, status, leads_count, emails_sent, rate: &str| {
            CampaignCard {
                id: id.into(),
                name: name.into(),
                description: description.into(),
                status,
                leads_count,
                emails_sent,
                response_rate: rate.into(),
                created: when("3 days ago"),
            }
        };
    vec![
        card(
            "c1",
            "Architects in Lyon, spring",
            "Studios with five to fifty people that renovate. We offer the material library, and a visit in April.",
            CampaignStatus::Active,
            727,
            312,
            "12.5",
        ),
        card(
            "c2",
            "Hotels on the coast",
            "",
            CampaignStatus::Paused,
            4_180,
            1_020,
            "8.1",
        ),
        card(
            "c3",
            HOSTILE,
            "Sample of a name that must stay text.",
            CampaignStatus::Draft,
            0,
            0,
            "0.0",
        ),
        card(
            "c4",
            "Winter fair follow-up",
            "Everyone who left a card at the stand.",
            CampaignStatus::Completed,
            96,
            96,
            "31.3",
        ),
    ]
}

fn campaigns() -> Vec<Sample> {
    let list = CampaignList {
        campaigns: cards(),
        is_filtered: false,
        previous_href: None,
        next_href: Some("/campaigns?cursor=next".into()),
    };
    let empty = CampaignList {
        campaigns: vec![],
        next_href: None,
        ..list.clone()
    };
    let index = |q: &str, list| CampaignsPage {
        chrome: chrome(Section::Campaigns),
        q: Field::of(q),
        status: String::new(),
        list,
    };
    let new = CampaignFormPage {
        chrome: chrome(Section::Campaigns),
        existing: None,
        form: CampaignForm::default(),
    };
    let refused = CampaignFormPage {
        form: CampaignForm {
            name: Field::refused("Ly", "String should have at least 3 characters"),
            description: Field::of(HOSTILE),
            ..CampaignForm::default()
        },
        ..new.clone()
    };
    let edit = CampaignFormPage {
        existing: Some(campaign()),
        form: CampaignForm {
            name: Field::of(campaign().name),
            description: Field::of("Studios."),
            ..CampaignForm::default()
        },
        ..new.clone()
    };
    vec![
        page("campaigns", index("", list.clone())),
        page("campaigns-empty", index("", empty.clone())),
        page(
            "campaigns-none",
            index(
                "xyz",
                CampaignList {
                    is_filtered: true,
                    ..empty
                },
            ),
        ),
        page("campaigns-fragment", list),
        page("campaign-new", new),
        page("campaign-new-refused", refused),
        page("campaign-edit", edit),
    ]
}

fn questions() -> Vec<Sample> {
    let here = || chrome(Section::Campaigns);
    let hostile = CampaignRef {
        id: "c3".into(),
        name: HOSTILE.into(),
    };
    vec![
        page(
            "confirm-campaign",
            ConfirmPage::delete_campaign(here(), &campaign(), 727, Field::default()),
        ),
        page(
            "confirm-leads-refused",
            ConfirmPage::delete_all_leads(
                here(),
                &hostile,
                1,
                Field::refused("Sons", "The name does not match."),
            ),
        ),
        page(
            "confirm-lead",
            ConfirmPage::delete_lead(here(), "l1", "ABN AMRO", &campaign()),
        ),
        page(
            "confirm-member",
            ConfirmPage::remove_member(chrome(Section::Team), "jonas", "Jonas Weber"),
        ),
        page(
            "confirm-owner",
            ConfirmPage::transfer_ownership(chrome(Section::Team), "jonas", "Jonas Weber"),
        ),
    ]
}
