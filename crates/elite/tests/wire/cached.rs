//! Answers that are kept: what they say of themselves, and that nobody is given what is no longer true or not theirs.

use serde_json::json;
use testkit::{Answer, Request};

use crate::people::{PASSWORD, Person};
use crate::world::on_both;

const CAMPAIGNS: &str = "/api/v1/campaigns";

async fn list(person: &Person) -> Answer {
    ask(person.http.get(CAMPAIGNS)).await
}

async fn ask(request: Request) -> Answer {
    request.send().await.expect_status(200)
}

fn x_cache(answer: &Answer) -> &str {
    answer.header("x-cache")
}

fn seq(answer: &Answer) -> u64 {
    answer.header("x-event-seq").parse().expect("a number")
}

#[tokio::test]
async fn a_list_is_read_once_and_anew_after_every_change() {
    on_both(async |world| {
        let owner = world.company().await;
        let first = list(&owner).await;
        assert_eq!(x_cache(&first), "MISS");
        assert_eq!(first.header("cache-control"), "private, no-cache");
        assert!(first.header("vary").contains("Authorization"));
        let again = list(&owner).await;
        assert_eq!((x_cache(&again), &again.body), ("HIT", &first.body));
        assert!(again.header("age").parse::<u64>().is_ok());
        for n in 0..5 {
            let body = json!({"name": format!("Campaign {n}"), "search_query": "", "lead_source": "linkedin"});
            let made = owner.http.post(CAMPAIGNS).json(&body).send().await.expect_status(201);
            let read = list(&owner).await;
            assert_eq!(x_cache(&read), "MISS");
            assert_eq!(read.json().as_array().map(Vec::len), Some(n + 1));
            assert!(seq(&read) >= seq(&made));
            let again = list(&owner).await;
            assert_eq!((x_cache(&again), &again.body), ("HIT", &read.body));
        }
    })
    .await;
}

#[tokio::test]
async fn a_body_that_the_client_has_is_not_sent_again() {
    on_both(async |world| {
        let owner = world.company().await;
        let id = owner.campaign("One").await;
        for path in [CAMPAIGNS.to_owned(), format!("{CAMPAIGNS}/{id}")] {
            let tag = ask(owner.http.get(&path)).await.header("etag").to_owned();
            assert!(tag.starts_with('"'), "{tag}");
            let with = |tag: &str| owner.http.get(&path).header("if-none-match", tag);
            for tag in [tag.clone(), format!("\"x\", W/{tag}")] {
                let unchanged = with(&tag).send().await.expect_status(304);
                assert!(unchanged.body.is_empty());
                assert!(!unchanged.header("etag").is_empty() && seq(&unchanged) > 0);
            }
            let body = json!({"name": format!("Renamed for {}", path.len())});
            let patch = owner.http.patch(&format!("{CAMPAIGNS}/{id}")).json(&body);
            ask(patch).await;
            let changed = ask(with(&tag)).await;
            assert_ne!(changed.header("etag"), tag);
            assert!(changed.text().contains("Renamed for"));
        }
        // A tag is worth nothing to another company.
        let other = world.company().await;
        let tag = list(&other).await.header("etag").to_owned();
        let theirs = owner.http.get(CAMPAIGNS).header("if-none-match", &tag);
        assert!(ask(theirs).await.text().contains(&id));
    })
    .await;
}

#[tokio::test]
async fn a_number_is_waited_for_by_nobody_and_nonsense_asks_the_source() {
    on_both(async |world| {
        let owner = world.company().await;
        list(&owner).await;
        for number in ["999999999", "x", "-1", "99999999999999999999999"] {
            let request = owner.http.get(CAMPAIGNS).header("x-event-seq", number);
            assert_eq!(x_cache(&ask(request).await), "BYPASS", "{number}");
        }
        let now = seq(&list(&owner).await).to_string();
        let request = owner.http.get(CAMPAIGNS).header("x-event-seq", &now);
        assert_eq!(x_cache(&ask(request).await), "HIT");
    })
    .await;
}

#[tokio::test]
async fn a_long_body_goes_out_compressed_to_those_who_take_it() {
    on_both(async |world| {
        let owner = world.company().await;
        for n in 0..6 {
            owner
                .campaign(&format!("A campaign of some length {n}"))
                .await;
        }
        let gzipped = || {
            owner
                .http
                .get(CAMPAIGNS)
                .header("accept-encoding", "br, gzip")
        };
        let packed = ask(gzipped()).await;
        let plain = list(&owner).await;
        assert_eq!(packed.header("content-encoding"), "gzip");
        assert!(packed.body.starts_with(&[0x1f, 0x8b]) && packed.body.len() < plain.body.len());
        assert_eq!(plain.header("content-encoding"), "");
        assert_eq!((x_cache(&packed), x_cache(&plain)), ("MISS", "HIT"));
        assert_ne!(packed.header("etag"), plain.header("etag"));
        let tag = packed.header("etag");
        gzipped()
            .header("if-none-match", tag)
            .send()
            .await
            .expect_status(304);
        ask(owner.http.get(CAMPAIGNS).header("if-none-match", tag)).await;
    })
    .await;
}

#[tokio::test]
async fn what_does_not_exist_is_forgotten_when_it_does() {
    on_both(async |world| {
        let (owner, other) = (world.company().await, world.company().await);
        let id = owner.campaign("Mine").await;
        let path = format!("{CAMPAIGNS}/{id}");
        assert_eq!(x_cache(&ask(owner.http.get(&path)).await), "MISS");
        for _ in 0..2 {
            let refused = other.http.get(&path).send().await.expect_status(404);
            assert_eq!(refused.json()["detail"], "Campaign not found");
            assert_eq!(refused.header("x-event-seq"), "");
            assert_eq!(x_cache(&ask(owner.http.get(&path)).await), "HIT");
        }
        owner.http.delete(&path).send().await.expect_status(204);
        owner.http.get(&path).send().await.expect_status(404);
        assert_eq!(list(&owner).await.json(), json!([]));
    })
    .await;
}

#[tokio::test]
async fn every_kept_read_is_read_anew_when_what_it_shows_has_changed() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Kept").await;
        let template = owner.template().await;
        let leads = format!("{CAMPAIGNS}/{campaign}/leads?limit=10");
        let scored = format!("{leads}&min_score=50&sort=score");
        let template = format!("/api/v1/email-templates/{template}");
        let reads = [
            CAMPAIGNS,
            "/api/v1/dashboard/stats",
            "/api/v1/notifications",
            "/api/v1/tenants/me",
            "/api/v1/team/members",
            "/api/v1/email-templates",
            &leads,
            &scored,
            &template,
        ];
        let read_all = async || {
            let mut all = Vec::new();
            for path in reads {
                all.push(ask(owner.http.get(path)).await);
            }
            all
        };
        read_all().await;
        for (path, answer) in reads.iter().zip(read_all().await) {
            assert_eq!(x_cache(&answer), "HIT", "{path}");
        }
        let before = read_all().await;
        owner
            .lead(&campaign, json!({"title": "Café", "lead_score": 70}))
            .await;
        owner.invites("member").await;
        let patch = owner
            .http
            .patch(&template)
            .json(&json!({"name": "Another"}));
        ask(patch).await;
        for ((path, before), after) in reads.iter().zip(before).zip(read_all().await) {
            assert_ne!(before.body, after.body, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn searches_and_later_pages_are_read_each_time() {
    on_both(async |world| {
        let owner = world.company().await;
        let campaign = owner.campaign("Pages").await;
        owner
            .leads(&campaign, &[json!({"title": "a"}), json!({"title": "b"})])
            .await;
        let first = format!("{CAMPAIGNS}/{campaign}/leads?limit=1");
        let read = ask(owner.http.get(&first)).await;
        let again = ask(owner.http.get(&first)).await;
        assert_eq!((x_cache(&read), x_cache(&again)), ("MISS", "HIT"));
        assert_eq!(
            (&again.body, again.header("link")),
            (&read.body, read.header("link"))
        );
        let link = again.header("link");
        let next = link.strip_prefix('<').and_then(|link| link.split_once('>'));
        let (next, _) = next.unwrap_or_else(|| panic!("no next page: {link}"));
        for path in [next, &format!("{first}&q=a")] {
            for _ in 0..2 {
                let answer = ask(owner.http.get(path)).await;
                assert_eq!((x_cache(&answer), answer.header("etag")), ("BYPASS", ""));
                assert!(seq(&answer) > 0);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn who_is_shut_out_gets_nothing_more_however_warm_the_cache() {
    on_both(async |world| {
        let owner = world.company().await;
        let warm = async |person: &Person| {
            for _ in 0..3 {
                list(person).await;
            }
            let me = ask(person.http.get("/api/v1/auth/me")).await;
            assert_eq!(
                (x_cache(&me), &me.json()["id"]),
                ("HIT", &person.user["id"])
            );
        };
        let refused = async |person: &Person, status: u16| {
            let answer = person.http.get(CAMPAIGNS).send().await;
            answer.expect_status(status);
        };

        let removed = owner.colleague("member").await;
        warm(&removed).await;
        let path = format!("/api/v1/team/{}", removed.id());
        owner.http.delete(&path).send().await.expect_status(204);
        refused(&removed, 401).await;

        let leaving = owner.colleague("member").await;
        warm(&leaving).await;
        let out = leaving.http.post("/api/v1/auth/logout").send().await;
        out.expect_status(204);
        refused(&leaving, 401).await;

        let elsewhere = world.login(owner.email()).await;
        warm(&elsewhere).await;
        let words = json!({"current_password": PASSWORD, "new_password": "Corr3ct-horses"});
        let changed = owner.http.post("/api/v1/auth/password").json(&words);
        changed.send().await.expect_status(204);
        refused(&elsewhere, 401).await;

        let promoted = owner.colleague("member").await;
        warm(&promoted).await;
        let campaign = format!("{CAMPAIGNS}/{}", owner.campaign("Gone").await);
        promoted
            .http
            .delete(&campaign)
            .send()
            .await
            .expect_status(403);
        let role = format!("/api/v1/team/{}/role", promoted.id());
        ask(owner.http.patch(&role).json(&json!({"role": "admin"}))).await;
        promoted
            .http
            .delete(&campaign)
            .send()
            .await
            .expect_status(204);

        warm(&owner).await;
        world.run(&["admin", "suspend-tenant", "--id", owner.tenant_id()]);
        refused(&owner, 403).await;
        world.run(&["admin", "resume-tenant", "--id", owner.tenant_id()]);
        warm(&owner).await;
    })
    .await;
}
