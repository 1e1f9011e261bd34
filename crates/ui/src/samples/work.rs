//! Campaigns, leads, imports, and the questions before deleting.

use super::{HOSTILE, Sample, chrome, flashed, member_chrome, page, when};
use crate::campaigns::{
    CampaignCard, CampaignForm, CampaignFormPage, CampaignHead, CampaignList, CampaignRef,
    CampaignStatus, CampaignsPage,
};
use crate::chrome::{Flash, Section};
use crate::confirm::ConfirmPage;
use crate::forms::Field;
use crate::imports::{FailedRow, ImportPage, ImportProgress, ImportRow, ImportState, UploadPage};
use crate::leads::{
    CampaignPage, LeadFacts, LeadFilter, LeadForm, LeadFormPage, LeadRow, LeadsTable,
};

pub(super) fn pages() -> Vec<Sample> {
    let mut samples = campaigns();
    samples.extend(leads());
    samples.extend(lead_forms());
    samples.extend(imports());
    samples.extend(questions());
    samples
}

fn campaign() -> CampaignRef {
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
        previous_href: Some("/campaigns/c1?cursor=previous".into()),
        next_href: Some("/campaigns/c1?cursor=next".into()),
    };
    let empty = LeadsTable {
        leads: vec![],
        leads_total: 0,
        previous_href: None,
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

fn imports() -> Vec<Sample> {
    let upload = UploadPage {
        chrome: chrome(Section::Campaigns),
        campaign: campaign(),
        size_max_mb: 256,
        error: None,
        imports: vec![ImportRow {
            id: "i1".into(),
            file_name: "companies-europe-japan.csv".into(),
            state: ImportState::Done,
            leads_created: 727,
            leads_failed: 3,
            started: when("20 Nov, 14:05"),
        }],
    };
    let refused = UploadPage {
        error: Some("Could not find name/title column. Available columns: e-mail, town. Please ensure your CSV has a column for company/business name.".into()),
        imports: vec![],
        ..upload.clone()
    };
    let running = ImportProgress {
        id: "i1".into(),
        campaign: campaign(),
        file_name: "companies-europe-japan.csv".into(),
        state: ImportState::Running,
        percent: Some(42),
        rows_read: 84_000,
        leads_created: 83_988,
        leads_failed: 12,
        reason: None,
        failed_rows: vec![],
        started: when("12 seconds ago"),
        took: None,
        can_cancel: true,
        csrf: "csrf-sample".into(),
    };
    let failed_rows = (1..=10)
        .map(|n| FailedRow {
            row: n * 1_037,
            reason: "Missing company name".into(),
        })
        .collect::<Vec<_>>();
    let done = ImportProgress {
        state: ImportState::Done,
        percent: None,
        rows_read: 200_012,
        leads_created: 200_000,
        failed_rows,
        took: Some("4 seconds".into()),
        ..running.clone()
    };
    let failed = ImportProgress {
        state: ImportState::Failed,
        reason: Some("Row 12,001 cannot be read: the file ends inside a quoted cell.".into()),
        leads_failed: 0,
        leads_created: 12_000,
        rows_read: 12_000,
        failed_rows: vec![],
        ..done.clone()
    };
    let queued = ImportProgress {
        state: ImportState::Queued,
        percent: None,
        rows_read: 0,
        leads_created: 0,
        leads_failed: 0,
        ..running.clone()
    };
    let show = |progress| ImportPage {
        chrome: chrome(Section::Campaigns),
        progress,
    };
    vec![
        page("upload", upload),
        page("upload-refused", refused),
        page("import-queued", show(queued)),
        page("import-running", show(running.clone())),
        page("import-done", show(done)),
        page("import-failed", show(failed)),
        page("import-fragment", running),
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
