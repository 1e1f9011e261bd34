//! The site's pages and fragments: typed structs with templates, their style sheets, icons and scripts.
//!
//! What lives here: how things look and read. What does not: routes, sessions, cookies, the database, rules.
//! A handler fills a struct and calls [`Template::render`]; all text is escaped on the way out.
//!
//! # Conventions
//!
//! - Every form that writes is a plain `POST` whose first field is `_csrf`; in the multipart upload too, so that it can be
//!   checked before the file is read. Answer with 303 to a page, or with the same page, 422, and
//!   [`forms::Field::refused`] values.
//! - Buttons that mean different things share a name: `status` on a campaign, `then` on a new lead.
//! - Filters are `GET` forms. With htmx they are sent on each change with `HX-Request: true`, and the answer's
//!   element with the fragment's id is taken out of it: answering with the whole page is right, with the fragment cheaper
//!   (then `Vary: HX-Request`).
//! - Times are [`text::When`], numbers plain `i64`; grouping and plurals happen here.
//! - [`chrome::Chrome`] surrounds signed-in pages, [`chrome::Outside`] those before sign-in. A [`chrome::Flash`] is shown
//!   once: keep it over the redirect, then drop it.
//! - Assets: serve [`assets::find`]`(path)` under [`assets::PREFIX`] with [`assets::CACHE_CONTROL`].
//! - The pages work under `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';
//!   form-action 'self'; base-uri 'none'; frame-ancestors 'none'`.
//!
//! # Pages before sign-in
//!
//! | struct | shown by | its form posts | fields |
//! |---|---|---|---|
//! | [`accounts::RegisterPage`] | `GET /register` | `POST /register` | `company_name` `company_email` `company_website` `first_name` `last_name` `email` `password` |
//! | [`accounts::LoginPage`] | `GET /login?next=` | `POST /login` | `email` `password` `next` |
//! | [`accounts::AcceptInvitationPage`] | `GET /invitations/accept?token=` | `POST /invitations/accept` | `token` `first_name` `last_name` `password` |
//! | [`accounts::InvitationGonePage`] | the same, with a dead link | – | |
//! | [`trouble::TroublePage`] | any failure: 400, 403, 404, 405, 413, 429, 500, 503 | – | |
//!
//! # Signed-in pages
//!
//! | struct | shown by | its forms post | fields |
//! |---|---|---|---|
//! | all: the account menu | | `POST /logout` | |
//! | [`dashboard::DashboardPage`] | `GET /` | – | |
//! | [`campaigns::CampaignsPage`] | `GET /campaigns` | `GET /campaigns` | `q` `status` |
//! | [`campaigns::CampaignFormPage`] | `GET /campaigns/new` | `POST /campaigns` | `name` `description` `lead_source` `search_query` |
//! | [`campaigns::CampaignFormPage`] | `GET /campaigns/{id}/edit` | `POST /campaigns/{id}/edit` | `name` `description` |
//! | [`leads::CampaignPage`] | `GET /campaigns/{id}` | `GET /campaigns/{id}` | `q` `sent` (`yes`, `no`) `min_score` `sort` ([`leads::SORT_CHOICES`]) |
//! | – its head | | `POST /campaigns/{id}/status` | `status` (`active`, `paused`, `completed`) |
//! | [`confirm::ConfirmPage::delete_campaign`] | `GET /campaigns/{id}/delete` | `POST /campaigns/{id}/delete` | `typed_name` |
//! | [`confirm::ConfirmPage::delete_all_leads`] | `GET /campaigns/{id}/leads/delete-all` | `POST /campaigns/{id}/leads/delete-all` | `typed_name` |
//! | [`leads::LeadFormPage`] | `GET /campaigns/{id}/leads/new` | `POST /campaigns/{id}/leads` | `title` `email` `phone` `website` `address` `description` `lead_score` `then` (`another`) |
//! | [`leads::LeadFormPage`] | `GET /leads/{id}/edit` | `POST /leads/{id}/edit` | `title` `email` `phone` `website` `address` `description` `generated_email` |
//! | [`confirm::ConfirmPage::delete_lead`] | `GET /leads/{id}/delete` | `POST /leads/{id}/delete` | |
//! | [`imports::UploadPage`] | `GET /campaigns/{id}/import` | `POST /campaigns/{id}/import` | multipart: `_csrf`, then `file` |
//! | – its files that wait | | `POST /campaigns/{id}/import/{id}/discard` | |
//! | [`imports::MappingPage`] | `GET /campaigns/{id}/import/{id}` | `POST /campaigns/{id}/import/{id}` and `POST …/sample` | `read_as` `header` `sheet` `delimiter` `encoding`, for each column `name.{n}` `to.{n}` `own.{n}`, `mode` `scope` `trim` `title_case` `normalise_url` `phone_country` |
//! | [`imports::ImportPage`] | `GET /campaigns/{id}/imports/{id}` | – | |
//! | [`imports::ImportsPage`] | `GET /campaigns/{id}/imports` | – | |
//! | [`confirm::ConfirmPage::cancel_import`] | `GET /campaigns/{id}/imports/{id}/cancel` | `POST /campaigns/{id}/imports/{id}/cancel` | |
//! | [`confirm::ConfirmPage::undo_import`] | `GET /campaigns/{id}/imports/{id}/undo` | `POST /campaigns/{id}/imports/{id}/undo` | |
//! | [`team::TeamPage`] | `GET /team` | `POST /team/invite` | `email` `role` (`member`, `admin`) `first_name` `last_name` |
//! | – its list | | `POST /team/{id}/role` | `role` (`member`, `admin`) |
//! | – its list | | `POST /team/{id}/invitation` | (renews) |
//! | [`confirm::ConfirmPage::remove_member`] | `GET /team/{id}/remove` | `POST /team/{id}/remove` | |
//! | [`confirm::ConfirmPage::transfer_ownership`] | `GET /team/{id}/transfer` | `POST /team/{id}/transfer` | |
//! | [`accounts::ProfilePage`] | `GET /profile` | `POST /profile/password` | `current_password` `new_password` |
//! | – its sign-ins | | `POST /profile/sessions/{id}/revoke` | |
//! | [`tenants::CompanyPage`] | `GET /company` | `POST /company` | `name` `company_email` `company_website` `company_address` |
//! | [`activity::ActivityPage`] | `GET /activity` | `GET /activity` | `topic` ([`activity::TOPIC_CHOICES`]) |
//! | [`notifications::NotificationsPage`] | `GET /notifications` | – | |
//!
//! # Fragments
//!
//! | struct | element id | asked for by |
//! |---|---|---|
//! | [`campaigns::CampaignList`] | `campaigns` | the filter of `/campaigns` |
//! | [`campaigns::CampaignHead`] | `campaign` | – |
//! | [`leads::LeadsTable`] | `leads` | the filter of `/campaigns/{id}` |
//! | [`imports::Mapping`] | `wizard` | its ways of reading; its choices take `sample`, `fields`, `problems`, `go-note` and `options-says` out of it: `POST …/sample` |
//! | [`imports::ImportProgress`] | `import` | itself each second while the import changes: `/campaigns/{id}/imports/{id}` |
//! | [`team::MemberList`] | `members` | – |
//! | [`activity::ActivityFeed`] | `feed` | the filter of `/activity` |
//! | [`chrome::Flash`] | – | – |

pub mod accounts;
pub mod activity;
pub mod assets;
pub mod campaigns;
pub mod chrome;
pub mod confirm;
pub mod dashboard;
pub mod forms;
pub mod icon;
pub mod imports;
pub mod leads;
pub mod notifications;
pub mod samples;
pub mod team;
pub mod tenants;
pub mod text;
pub mod trouble;

pub use askama::Template;
