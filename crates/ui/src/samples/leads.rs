//! A campaign's leads and the form of one.

use super::campaigns::{campaign, cards};
use super::{HOSTILE, Sample, chrome, flashed, member_chrome, page, when};
use crate::campaigns::{CampaignCard, CampaignHead};
use crate::chrome::{Flash, Section};
use crate::forms::Field;
use crate::leads::{
    CampaignPage, ExportLinks, LeadFacts, LeadFilter, LeadForm, LeadFormPage, LeadRow, LeadsTable,
};

pub(super) fn pages() -> Vec<Sample> {
    let mut samples = leads();
    samples.extend(lead_forms());
    samples
}

fn head(card: CampaignCard) -> CampaignHead {
    CampaignHead {
        campaign: card,
        search_query: "architects, Lyon".into(),
        started: Some(when("2 days ago")),
        completed: None,
        running_import_id: None,
        can_delete: true,
        csrf: "csrf-sample".into(),
    }
}

fn rows() -> Vec<LeadRow> {
    let row =
        |id: &str, title: &str, email: &str, phone: &str, address: &str, website: &str, score| {
            LeadRow {
                id: id.into(),
                title: title.into(),
                email: email.into(),
                phone: phone.into(),
                address: address.into(),
                website: website.into(),
                score,
                is_email_sent: false,
                is_replied: false,
            }
        };
    vec![
        LeadRow {
            is_email_sent: true,
            ..row(
                "l1",
                "ABN AMRO",
                "contact@abn-amro.example",
                "+31 20 555 0100",
                "Amsterdam, Netherlands",
                "https://abnamro.com",
                75,
            )
        },
        LeadRow {
            is_email_sent: true,
            is_replied: true,
            ..row(
                "l2",
                "Adyen",
                "contact@adyen.example",
                "",
                "Amsterdam, Netherlands",
                "https://adyen.com",
                75,
            )
        },
        row("l3", HOSTILE, "", "", "", "", 0),
        row("l4", "", "info@nameless.example", "0501234567", "", "", 50),
        row(
            "l5",
            "Donaudampfschifffahrtsgesellschaft Wien und Umgebung Aktiengesellschaft",
            "office@a-very-long-host-name-for-a-small-company.example; second@address.example",
            "+43 1 555 0199 (switchboard, mornings)",
            "Handelskai 265, 1020 Wien, Österreich",
            "https://a-very-long-host-name-for-a-small-company.example/about/us",
            90,
        ),
    ]
}

fn leads() -> Vec<Sample> {
    let card = || cards().swap_remove(0);
    let table = LeadsTable {
        campaign_id: "c1".into(),
        leads: rows(),
        leads_total: 727,
        is_filtered: false,
        first_href: Some("/campaigns/c1".into()),
        next_href: Some("/campaigns/c1?cursor=next".into()),
        export: ExportLinks {
            csv_href: "/campaigns/c1/export?format=csv".into(),
            xlsx_href: "/campaigns/c1/export?format=xlsx".into(),
        },
    };
    let empty = LeadsTable {
        leads: vec![],
        leads_total: 0,
        first_href: None,
        next_href: None,
        ..table.clone()
    };
    let full = CampaignPage {
        chrome: chrome(Section::Campaigns),
        head: CampaignHead {
            running_import_id: Some("i1".into()),
            ..head(card())
        },
        filter: LeadFilter {
            sort: "created".into(),
            ..LeadFilter::default()
        },
        table: table.clone(),
    };
    let none = CampaignPage {
        head: head(card()),
        filter: LeadFilter {
            q: Field::of("xyz"),
            sent: "yes".into(),
            ..full.filter.clone()
        },
        table: LeadsTable {
            is_filtered: true,
            leads_total: 727,
            ..empty.clone()
        },
        ..full.clone()
    };
    let fresh = CampaignPage {
        chrome: flashed(
            chrome(Section::Campaigns),
            Flash::good("The campaign is created. Bring in its leads next."),
        ),
        head: head(cards().swap_remove(2)),
        table: empty,
        ..full.clone()
    };
    let seen_by_member = CampaignPage {
        chrome: member_chrome(Section::Campaigns),
        head: CampaignHead {
            can_delete: false,
            ..head(cards().swap_remove(3))
        },
        ..full.clone()
    };
    vec![
        page("campaign", full),
        page("campaign-none", none),
        page("campaign-empty", fresh),
        page("campaign-member", seen_by_member),
        page("leads-fragment", table),
    ]
}

fn lead_forms() -> Vec<Sample> {
    let add = LeadFormPage {
        chrome: chrome(Section::Campaigns),
        campaign: campaign(),
        existing: None,
        form: LeadForm {
            lead_score: Field::of("50"),
            ..LeadForm::default()
        },
    };
    let refused = LeadFormPage {
        form: LeadForm {
            title: Field::refused("", "Field required"),
            lead_score: Field::refused("much", "Input should be a valid integer"),
            email: Field::of(HOSTILE),
            ..LeadForm::default()
        },
        ..add.clone()
    };
    let edit = LeadFormPage {
        existing: Some(LeadFacts {
            id: "l1".into(),
            score: 75,
            is_email_sent: true,
            is_replied: false,
            source: "Uploaded file".into(),
            created: Some(when("20 Nov, 14:05")),
            extra: vec![
                ("industry".into(), "Financial services; Financials".into()),
                ("employees".into(), "23,299 (December, 2024)".into()),
                (HOSTILE.into(), HOSTILE.into()),
            ],
        }),
        form: LeadForm {
            title: Field::of("ABN AMRO"),
            email: Field::of("contact@abn-amro.example"),
            phone: Field::of("+31 20 555 0100"),
            website: Field::of("https://abnamro.com"),
            address: Field::of("Amsterdam, Netherlands"),
            description: Field::of("Asset management, commercial banking."),
            generated_email: Field::of("Subject: A visit in April\n\nDear team …"),
            ..LeadForm::default()
        },
        ..add.clone()
    };
    vec![
        page("lead-new", add),
        page("lead-new-refused", refused),
        page("lead-edit", edit),
    ]
}
