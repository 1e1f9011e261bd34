//! The signed-in pages around the work: dashboard, team, profile, company, activity, notifications.

use super::campaigns::cards;
use super::{HOSTILE, Sample, chrome, flashed, member_chrome, page, when};
use crate::accounts::{PasswordForm, ProfilePage, Session};
use crate::activity::{ActivityFeed, ActivityPage, Day, Entry, Topic};
use crate::chrome::{Flash, Section};
use crate::dashboard::{DashboardPage, Figures, FirstSteps};
use crate::forms::Field;
use crate::notifications::{Notification, NotificationKind, NotificationsPage};
use crate::team::{InviteForm, Member, MemberList, MemberState, NewInvitation, TeamPage};
use crate::tenants::{CompanyForm, CompanyPage, TenantStatus};
use crate::text::{Link, Role};

pub(super) fn pages() -> Vec<Sample> {
    let mut samples = dashboards();
    samples.extend(teams());
    samples.extend(profiles());
    samples.extend(companies());
    samples.extend(feeds());
    samples
}

fn entries() -> Vec<Entry> {
    let entry =
        |topic, actor: &str, action: &str, subject: Option<Link>, detail: Option<&str>, text| {
            Entry {
                topic,
                actor: actor.into(),
                action: action.into(),
                subject,
                detail: detail.map(Into::into),
                audience: None,
                when: when(text),
            }
        };
    let lyon = || Some(Link::new("/campaigns/c1", "Architects in Lyon, spring"));
    vec![
        entry(
            Topic::Import,
            "You",
            "imported a file into",
            lyon(),
            Some("727 leads added, 3 rows failed"),
            "14:05",
        ),
        entry(
            Topic::Campaign,
            "Jonas Weber",
            "started the campaign",
            lyon(),
            None,
            "13:40",
        ),
        entry(
            Topic::Lead,
            "Jonas Weber",
            "changed a lead of",
            lyon(),
            Some("phone, website"),
            "11:12",
        ),
        entry(Topic::Team, HOSTILE, "joined the team", None, None, "09:30"),
        Entry {
            audience: Some("Only you".into()),
            ..entry(
                Topic::Security,
                "You",
                "signed in",
                None,
                Some("Firefox on Linux, 192.0.2.7"),
                "08:58",
            )
        },
        Entry {
            audience: Some("Admins".into()),
            ..entry(
                Topic::Company,
                "You",
                "changed the company’s details",
                None,
                Some("website"),
                "08:51",
            )
        },
    ]
}

fn dashboards() -> Vec<Sample> {
    let full = DashboardPage {
        chrome: chrome(Section::Dashboard),
        figures: Figures {
            total_leads: 12_480,
            leads_this_month: 1_842,
            leads_last_month: 1_207,
            total_campaigns: 9,
            active_campaigns: 4,
            emails_sent: 3_116,
            response_rate: "12.5".into(),
            leads_used: 12_480,
            leads_quota: 20_000,
        },
        first_steps: None,
        campaigns: cards(),
        entries: entries(),
    };
    let fresh = DashboardPage {
        chrome: flashed(
            chrome(Section::Dashboard),
            Flash::good("Welcome! Atelier Laurent is registered."),
        ),
        figures: Figures {
            response_rate: "0.0".into(),
            leads_quota: 500,
            ..Figures::default()
        },
        first_steps: Some(FirstSteps::default()),
        campaigns: vec![],
        entries: vec![],
    };
    let begun = DashboardPage {
        chrome: chrome(Section::Dashboard),
        first_steps: Some(FirstSteps {
            upload_href: Some("/campaigns/c1/import".into()),
            ..FirstSteps::default()
        }),
        campaigns: cards().split_off(2),
        ..fresh.clone()
    };
    vec![
        page("dashboard", full),
        page("dashboard-new", fresh),
        page("dashboard-begun", begun),
    ]
}

fn member(id: &str, name: &str, role: Role) -> Member {
    Member {
        id: id.into(),
        name: name.into(),
        email: format!("{id}@atelier-laurent.example"),
        role,
        state: MemberState::Active,
        last_login: Some(when("3 hours ago")),
        is_self: false,
        can_change_role: true,
        can_remove: true,
        can_renew: false,
        can_transfer: true,
    }
}

fn myself() -> Member {
    Member {
        is_self: true,
        can_change_role: false,
        can_remove: false,
        can_transfer: false,
        last_login: Some(when("just now")),
        ..member("amelie", "Amélie Laurent", Role::Owner)
    }
}

fn teams() -> Vec<Sample> {
    let link = "https://outreach.example/invitations/accept?token=c2FtcGxlLXRva2VuLW9mLXRoaXJ0eS10d28tYnl0ZXM";
    let list = |members| MemberList {
        members,
        csrf: "csrf-sample".into(),
    };
    let invited = Member {
        name: String::new(),
        last_login: None,
        state: MemberState::Invited {
            expires: Some(when("27 Nov, 14:05")),
            link: Some(link.into()),
        },
        can_change_role: false,
        can_renew: true,
        can_transfer: false,
        ..member("sofia", "", Role::Member)
    };
    let members = vec![
        myself(),
        member("jonas", "Jonas Weber", Role::Admin),
        member("script", HOSTILE, Role::Member),
        invited,
    ];
    let plain = |mut member: Member| {
        member.can_change_role = false;
        member.can_remove = false;
        member.can_renew = false;
        member.can_transfer = false;
        member
    };
    let full = TeamPage {
        chrome: chrome(Section::Team),
        list: list(members.clone()),
        invite: InviteForm::default(),
        invited: Some(NewInvitation {
            email: "sofia@atelier-laurent.example".into(),
            link: Some(link.into()),
        }),
    };
    let refused = TeamPage {
        chrome: flashed(
            chrome(Section::Team),
            Flash::bad("User with this email already exists"),
        ),
        list: list(vec![myself()]),
        invite: InviteForm {
            email: Field::refused(
                "jonas@",
                "value is not a valid email address: it ends after the @-sign",
            ),
            role: Field::of("admin"),
            ..InviteForm::default()
        },
        invited: None,
    };
    let seen_by_member = TeamPage {
        chrome: member_chrome(Section::Team),
        list: list(members.into_iter().take(3).map(plain).collect()),
        invite: InviteForm::default(),
        invited: None,
    };
    let mailed = TeamPage {
        list: list(vec![myself()]),
        invited: Some(NewInvitation {
            email: "sofia@atelier-laurent.example".into(),
            link: None,
        }),
        ..full.clone()
    };
    vec![
        page("team", full),
        page("team-mailed", mailed),
        page("team-refused", refused),
        page("team-member", seen_by_member),
    ]
}

fn profiles() -> Vec<Sample> {
    let session = |id: &str, device: &str, seen: &str, is_current| Session {
        id: id.into(),
        device: device.into(),
        address: "192.0.2.7".into(),
        started: when("18 Nov, 09:12"),
        seen: when(seen),
        is_current,
    };
    let full = ProfilePage {
        chrome: chrome(Section::Profile),
        member_since: when("3 March 2026"),
        password: PasswordForm::default(),
        sessions: vec![
            session("s1", "Firefox on Linux", "now", true),
            session("s2", "Safari on iPhone", "yesterday", false),
            session("s3", "Chrome on Windows", "4 days ago", false),
        ],
    };
    let refused = ProfilePage {
        password: PasswordForm {
            current_password: Field::refused("", "This is not your current password."),
            new_password: Field::refused(
                "",
                "Password must contain at least one special character (!@#$%^&* etc.)",
            ),
        },
        ..full.clone()
    };
    vec![page("profile", full), page("profile-refused", refused)]
}

fn companies() -> Vec<Sample> {
    let full = CompanyPage {
        chrome: flashed(chrome(Section::Company), Flash::good("Saved.")),
        form: CompanyForm {
            name: Field::of("Atelier Laurent"),
            company_email: Field::of("hello@atelier-laurent.example"),
            company_website: Field::of("www.atelier-laurent.example"),
            company_address: Field::of("12 rue des Lilas\n69002 Lyon"),
        },
        status: TenantStatus::Trial,
        plan: "Starter".into(),
        leads_used: 312,
        leads_quota: 500,
        created: when("3 March 2026"),
    };
    let refused = CompanyPage {
        chrome: chrome(Section::Company),
        form: CompanyForm {
            name: Field::refused("", "String should have at least 2 characters"),
            ..full.form.clone()
        },
        status: TenantStatus::Suspended,
        ..full.clone()
    };
    let seen_by_member = CompanyPage {
        chrome: member_chrome(Section::Company),
        status: TenantStatus::Active,
        ..full.clone()
    };
    vec![
        page("company", full),
        page("company-refused", refused),
        page("company-member", seen_by_member),
    ]
}

fn feeds() -> Vec<Sample> {
    let feed = ActivityFeed {
        days: vec![
            Day {
                label: "Today".into(),
                entries: entries(),
            },
            Day {
                label: "Yesterday".into(),
                entries: entries().split_off(2),
            },
        ],
        is_filtered: false,
        newer_href: None,
        older_href: Some("/activity?before=412".into()),
    };
    let empty = ActivityFeed {
        days: vec![],
        older_href: None,
        ..feed.clone()
    };
    let activity = |topic: &str, feed| ActivityPage {
        chrome: chrome(Section::Activity),
        topic: topic.into(),
        feed,
    };
    let item = |kind, title: &str, message: String, is_read, href: Option<&str>| Notification {
        kind,
        title: title.into(),
        message,
        time_ago: "2 hours ago".into(),
        is_read,
        href: href.map(Into::into),
    };
    let items = vec![
        item(
            NotificationKind::LeadsGenerated,
            "New leads generated",
            format!("727 leads added to \"{HOSTILE}\" campaign"),
            false,
            Some("/campaigns/c1"),
        ),
        item(
            NotificationKind::EmailsSent,
            "Emails sent",
            "5 emails sent recently".into(),
            false,
            None,
        ),
        item(
            NotificationKind::Info,
            "Welcome",
            "Create a campaign to get started".into(),
            true,
            None,
        ),
    ];
    let notifications = |items| NotificationsPage {
        chrome: chrome(Section::Notifications),
        items,
    };
    vec![
        page("activity", activity("", feed.clone())),
        page("activity-empty", activity("", empty.clone())),
        page(
            "activity-none",
            activity(
                "team",
                ActivityFeed {
                    is_filtered: true,
                    ..empty
                },
            ),
        ),
        page("activity-fragment", feed),
        page("notifications", notifications(items)),
        page("notifications-empty", notifications(vec![])),
    ]
}
