use std::collections::HashMap;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::knowledge::{Knowledge, Named, SCOPES_PER_TENANT_MAX};
use crate::rule::{Need, Stamp, admits};
use crate::scope::{Scope, Tenant};

const EPOCH: u64 = 5;
const TENANT: Tenant = Tenant(77);

fn following() -> Knowledge {
    let knowledge = Knowledge::new();
    knowledge.begin_epoch(EPOCH);
    knowledge
}

fn stamp(as_of: u64) -> Stamp {
    Stamp {
        epoch: EPOCH,
        as_of,
    }
}

fn known(knowledge: &Knowledge, scope: Scope) -> Option<(u64, u64)> {
    let known = knowledge.known(TENANT, &[scope])?;
    Some((known.reached, known.named))
}

#[test]
fn what_is_not_known_counts_as_named_just_then() {
    let knowledge = following();
    let (seen, unseen) = (Scope::all(1), Scope::all(2));
    assert_eq!(known(&knowledge, seen), None);
    knowledge.advance(TENANT, EPOCH, 40, Named::Scopes(&[seen]));
    assert_eq!(known(&knowledge, seen), Some((40, 40)));
    assert_eq!(known(&knowledge, unseen), Some((40, 39)));
    knowledge.advance(TENANT, EPOCH, 41, Named::Scopes(&[]));
    assert_eq!(known(&knowledge, unseen), Some((41, 39)));
    knowledge.advance(TENANT, EPOCH, 43, Named::Scopes(&[]));
    assert_eq!(
        known(&knowledge, seen),
        Some((43, 42)),
        "event 42 is missing"
    );
    knowledge.advance(TENANT, EPOCH, 44, Named::Everything);
    assert_eq!(known(&knowledge, seen), Some((44, 44)));
}

#[test]
fn events_late_or_twice_change_nothing_for_the_worse() {
    let knowledge = following();
    let scope = Scope::all(1);
    assert!(knowledge.learn(knowledge.ticket(TENANT), stamp(10)));
    assert_eq!(known(&knowledge, scope), Some((10, 10)));
    for seq in [9, 11, 12, 11] {
        knowledge.advance(TENANT, EPOCH, seq, Named::Scopes(&[scope]));
    }
    assert_eq!(known(&knowledge, scope), Some((12, 12)));
    assert!(knowledge.learn(knowledge.ticket(TENANT), stamp(90)));
    assert_eq!(
        known(&knowledge, scope),
        Some((12, 12)),
        "the tail decides, once it knows"
    );
}

#[test]
fn another_epoch_forgets_everything() {
    let knowledge = following();
    let scope = Scope::all(1);
    let ticket = knowledge.ticket(TENANT);
    knowledge.advance(TENANT, EPOCH, 40, Named::Scopes(&[scope]));
    knowledge.advance(TENANT, EPOCH + 1, 3, Named::Scopes(&[]));
    assert_eq!(knowledge.epoch(), Some(EPOCH + 1));
    assert_eq!(known(&knowledge, scope), Some((3, 2)));
    assert!(!knowledge.learn(ticket, stamp(41)));
    let known = knowledge.known(TENANT, &[scope]);
    assert!(!admits(stamp(41), Need::Any, known));
}

#[test]
fn memory_is_bounded_and_forgetting_is_safe() {
    let knowledge = Knowledge::with_bound(1600);
    knowledge.begin_epoch(EPOCH);
    let ticket = knowledge.ticket(TENANT);
    for number in 0..100_000_u128 {
        let scopes = [Scope::all(1), Scope::one(1, number)];
        knowledge.advance(Tenant(number), EPOCH, 1, Named::Scopes(&scopes));
        assert!(knowledge.remembered() <= 1600, "after {number}");
    }
    // The number was read before events that are forgotten by now.
    assert!(!knowledge.learn(ticket, stamp(1)) || knowledge.known(TENANT, &[]).is_some());
}

#[test]
fn a_tenant_in_use_outlives_a_flood_of_others() {
    let knowledge = Knowledge::with_bound(1600);
    knowledge.begin_epoch(EPOCH);
    for number in 0..20_000_u128 {
        knowledge.advance(Tenant(1000 + number), EPOCH, 1, Named::Scopes(&[]));
        if number == 0 {
            assert!(knowledge.learn(knowledge.ticket(TENANT), stamp(7)));
        }
        assert!(knowledge.known(TENANT, &[]).is_some(), "after {number}");
    }
}

#[test]
fn one_tenant_with_many_scopes_stays_within_its_own_bound() {
    let knowledge = following();
    for number in 1..=20_000 {
        let scope = Scope::one(1, number);
        let seq = u64::try_from(number).expect("it is small");
        knowledge.advance(TENANT, EPOCH, seq, Named::Scopes(&[scope]));
        assert!(knowledge.remembered() <= SCOPES_PER_TENANT_MAX + 1);
    }
    let (_, last) = known(&knowledge, Scope::one(1, 20_000)).expect("it is known");
    assert_eq!(last, 20_000);
    let (_, first) = known(&knowledge, Scope::one(1, 1)).expect("it is known");
    assert!(first >= 20_000 - SCOPES_PER_TENANT_MAX as u64);
}

/// Against a model that forgets nothing: what is known never says that a scope was named earlier than it was.
#[test]
#[expect(clippy::print_stdout, reason = "a failure is repeated with its seed")]
fn random_histories_are_never_understated() {
    let seed = rand_seed();
    let mut random = StdRng::seed_from_u64(seed);
    println!("seed {seed}");
    for _ in 0..40 {
        let knowledge = Knowledge::with_bound(random.random_range(32..400));
        knowledge.begin_epoch(EPOCH);
        let mut truth: HashMap<(Tenant, Scope), u64> = HashMap::new();
        let mut numbers: HashMap<Tenant, u64> = HashMap::new();
        let mut tickets = Vec::new();
        for _ in 0..500 {
            let tenant = Tenant(random.random_range(0..40));
            let seq = numbers.entry(tenant).or_insert(0);
            match random.random_range(0..10) {
                0 => tickets.push((knowledge.ticket(tenant), *seq)),
                1 if !tickets.is_empty() => {
                    let (ticket, seq) = tickets.swap_remove(random.random_range(0..tickets.len()));
                    knowledge.learn(ticket, stamp(seq));
                }
                2 => {
                    // An event that the tail misses, and finds later to be missing.
                    *seq += 1;
                    truth.insert((tenant, Scope::all(random.random_range(0..5))), *seq);
                    *seq += 1;
                    knowledge.advance(tenant, EPOCH, *seq, Named::Scopes(&[]));
                }
                _ => {
                    *seq += 1;
                    let scope = Scope::all(random.random_range(0..5));
                    truth.insert((tenant, scope), *seq);
                    knowledge.advance(tenant, EPOCH, *seq, Named::Scopes(&[scope]));
                }
            }
            for ((tenant, scope), last) in truth.iter().filter(|_| random.random_bool(0.2)) {
                let known = knowledge.known(*tenant, &[*scope]);
                assert!(
                    known.is_none_or(|known| known.named >= *last),
                    "seed {seed}"
                );
            }
        }
    }
}

fn rand_seed() -> u64 {
    std::env::var("SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(20_260_101)
}
