//! People, logins, invitations and failed sign-ins.

use std::time::Duration;

use domain::accounts::{NewUser, Origin, SESSIONS_PER_USER_MAX, SessionKind};
use domain::ids::{InvitationId, SessionId, UserId};
use domain::team::Role;
use store::{Error, attempts, sessions, team, tenants, unscoped};

use crate::world::{World, commit, email, on_both_engines, register, tenant};

async fn taken_addresses_are_told_apart(world: World) {
    register(&world.store, "firm@example.com", "ann@example.com")
        .await
        .expect("registered");
    let by = async |company: &str, owner: &str| match register(&world.store, company, owner).await {
        Err(Error::Duplicate(column)) => column,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        by("FIRM@example.com", "bob@example.com").await,
        "tenants.company_email_key"
    );
    assert_eq!(
        by("other@example.com", "Ann@Example.com").await,
        "users.email_key"
    );
    assert_eq!(world.number("select count(*) from tenants").await, 1);

    let scope = world.tenant().await;
    let mut tenant = {
        let writing = world.begin(scope).await;
        tenants::find(&writing).await.expect("read").expect("there")
    };
    tenant.company_email = "firm@example.com".into();
    let refused = tenants::save(&world.begin(scope).await, &tenant).await;
    let Err(Error::Duplicate(column)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(column, "tenants.company_email_key");
}

async fn of_two_rotations_of_one_secret_one_wins(world: World) {
    let (scope, user) = tenant(&world.store).await;
    let id = {
        let writing = world.begin(scope).await;
        let id = SessionId(writing.fresh_id());
        let origin = Origin {
            address: None,
            user_agent: Some("🦀".repeat(500)),
        };
        sessions::open(&writing, id, user, SessionKind::Api, "s0", &origin)
            .await
            .expect("opened");
        commit(writing).await;
        id
    };
    for round in 0..20 {
        let rotate = async |new: String| {
            let writing = world.begin(scope).await;
            let old = format!("s{round}");
            let won = sessions::rotate(&writing, id, &old, &new)
                .await
                .expect("asked");
            if won {
                // A second name for the same secret, so that the next round knows it.
                let known = sessions::rotate(&writing, id, &new, &format!("s{}", round + 1)).await;
                assert!(known.expect("asked"));
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
            commit(writing).await;
            won
        };
        let (a, b) = tokio::join!(rotate("a".into()), rotate("b".into()));
        assert!(a ^ b, "round {round}: {a} {b}");
    }
    let writing = world.begin(scope).await;
    assert!(sessions::revoke(&writing, user, id).await.expect("asked"));
    assert!(
        !sessions::rotate(&writing, id, "s20", "x")
            .await
            .expect("asked"),
        "it was ended"
    );
    commit(writing).await;
    let (stored, of) = unscoped::session(&world.store, id)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(of, scope);
    assert!(!stored.is_live(world.clock.now()));
    assert_eq!(
        stored.session.user_agent.expect("kept").chars().count(),
        300
    );
}

async fn the_oldest_logins_go_beyond_the_bound_whatever_the_clock_says(world: World) {
    let (scope, user) = tenant(&world.store).await;
    let writing = world.begin(scope).await;
    let mut ids = Vec::new();
    for _ in 0..SESSIONS_PER_USER_MAX + 5 {
        let id = SessionId(writing.fresh_id());
        let origin = Origin::default();
        sessions::open(&writing, id, user, SessionKind::Site, "h", &origin)
            .await
            .expect("opened");
        ids.push(id);
    }
    sessions::trim(&writing, user).await.expect("trimmed");
    commit(writing).await;
    let reading = world.store.read(scope).await.expect("a connection");
    let left = sessions::list(&reading, user, world.clock.now())
        .await
        .expect("read");
    let mut left: Vec<_> = left.into_iter().map(|session| session.id).collect();
    left.sort();
    assert_eq!(left, ids[5..]);
    drop(reading);
    let writing = world.begin(scope).await;
    let ended = sessions::revoke_all(&writing, user, Some(ids[9]))
        .await
        .expect("ended");
    assert_eq!(ended, SESSIONS_PER_USER_MAX - 1);
}

async fn a_person_comes_and_goes(world: World) {
    let (scope, owner) = tenant(&world.store).await;
    let mut writing = world.begin(scope).await;
    let id = UserId(writing.fresh_id());
    let new = NewUser {
        email: email("Bob@Example.com"),
        first_name: Some("Bob".into()),
        last_name: Some("Ü".into()),
    };
    team::insert(&writing, id, &new, Role::Member, None)
        .await
        .expect("inserted");
    for token in ["t1", "t2"] {
        let invitation = InvitationId(writing.fresh_id());
        let until = writing.now().plus(Duration::from_secs(60));
        team::invite(&writing, invitation, id, token, until)
            .await
            .expect("invited");
    }
    commit(writing).await;
    assert!(
        unscoped::invitation(&world.store, "t1")
            .await
            .expect("read")
            .is_none()
    );
    let (invited, _, of) = unscoped::invitation(&world.store, "t2")
        .await
        .expect("read")
        .expect("there");
    assert_eq!((invited, of), (id, scope));

    writing = world.begin(scope).await;
    let mut bob = team::find(&writing, id)
        .await
        .expect("read")
        .expect("there");
    assert!(bob.invited && !bob.is_active);
    (bob.invited, bob.is_active, bob.role) = (false, true, Role::Admin);
    team::save(&writing, &bob).await.expect("saved");
    team::set_password(&writing, id, "secret")
        .await
        .expect("saved");
    bob.last_login_at = Some(writing.now());
    team::set_last_login(&writing, id, writing.now())
        .await
        .expect("saved");
    assert!(team::withdraw_invitation(&writing, id).await.expect("gone"));
    commit(writing).await;
    let account = unscoped::account_by_email(&world.store, "bob@example.com").await;
    let account = account.expect("read").expect("there");
    assert_eq!(
        (account.user, account.password_hash.as_str()),
        (bob, "secret")
    );
    let caller = unscoped::caller(&world.store, id)
        .await
        .expect("read")
        .expect("there");
    assert_eq!((caller.tenant_name.as_str(), caller.scope), ("Firm", scope));

    let writing = world.begin(scope).await;
    team::delete(&writing, id).await.expect("deleted");
    commit(writing).await;
    assert!(
        unscoped::caller(&world.store, id)
            .await
            .expect("read")
            .is_none()
    );
    let reading = world.store.read(scope).await.expect("a connection");
    let left: Vec<_> = team::list(&reading)
        .await
        .expect("read")
        .into_iter()
        .map(|user| user.id)
        .collect();
    assert_eq!(left, [owner]);
}

/// Who edits the company holds its row; who commits holds the spine's. Neither may wait for the other.
async fn a_profile_is_edited_while_others_write(world: World) {
    let scope = world.tenant().await;
    let mut writers = tokio::task::JoinSet::new();
    for n in 0..8 {
        let store = world.store.clone();
        writers.spawn(async move {
            for round in 0..25 {
                let mut writing = store.write(scope).await.expect("a transaction");
                if n % 2 == 0 {
                    let tenant = tenants::find(&writing).await.expect("read");
                    let mut tenant = tenant.expect("there");
                    tenant.company_email = format!("of{n}.{round}@example.com");
                    tenants::save(&writing, &tenant).await.expect("saved");
                } else {
                    let campaign = crate::world::new_campaign(&writing);
                    let done = store::campaigns::insert(&mut writing, &campaign).await;
                    done.expect("inserted");
                }
                commit(writing).await;
            }
        });
    }
    writers.join_all().await;
    assert_eq!(world.number("select seq from spines").await, 201);
}

async fn failures_are_counted_by_subject(world: World) {
    for n in 1..=3 {
        let counted = attempts::add(&world.store, "a").await.expect("counted");
        assert!(counted.failures <= n && counted.seconds_left >= 1);
    }
    assert!(
        attempts::count(&world.store, "a")
            .await
            .expect("read")
            .failures
            <= 3
    );
    assert_eq!(
        attempts::count(&world.store, "b")
            .await
            .expect("read")
            .failures,
        0
    );
    attempts::clear(&world.store, "a").await.expect("cleared");
    assert_eq!(
        attempts::count(&world.store, "a")
            .await
            .expect("read")
            .failures,
        0
    );
    world
        .execute("insert into attempts values ('old', 1, 5)")
        .await;
    assert_eq!(attempts::sweep(&world.store).await.expect("swept"), 1);
}

on_both_engines!(
    taken_addresses_are_told_apart,
    of_two_rotations_of_one_secret_one_wins,
    the_oldest_logins_go_beyond_the_bound_whatever_the_clock_says,
    a_person_comes_and_goes,
    a_profile_is_edited_while_others_write,
    failures_are_counted_by_subject,
);
