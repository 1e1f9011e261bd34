use std::sync::Arc;

use crate::flights::{Arrival, Boarding, Flight, Flights};
use crate::rule::{Known, Need};

fn known(reached: u64, named: u64) -> Option<Known> {
    Some(Known {
        epoch: 1,
        reached,
        named,
    })
}

fn board(
    flights: &Flights<()>,
    arrival: Arrival,
    need: Need,
    known: Option<Known>,
) -> (bool, Arc<Flight<()>>) {
    match flights.board(&"key".into(), arrival, need, known, false, || ()) {
        Boarding::Joined(flight) => (false, flight),
        Boarding::Begun(flight) => (true, flight),
    }
}

#[test]
fn the_second_joins_and_the_next_after_landing_begins() {
    let flights = Flights::new();
    let (is_begun, first) = board(&flights, flights.arrive(), Need::Any, known(5, 3));
    assert!(is_begun);
    let (is_begun, joined) = board(&flights, flights.arrive(), Need::AtLeast(5), known(5, 3));
    assert!(!is_begun && Arc::ptr_eq(&first, &joined));
    flights.land("key", &first);
    assert_eq!(flights.len(), 0);
    assert!(board(&flights, flights.arrive(), Need::Any, known(5, 3)).0);
}

#[test]
fn who_needs_a_later_event_does_not_wait_for_the_older_load() {
    let flights = Flights::new();
    let early = flights.arrive();
    let (_, first) = board(&flights, early, Need::Any, known(5, 3));
    // Event 6 names the scope.
    let late = flights.arrive();
    let (is_begun, second) = board(&flights, late, Need::Any, known(6, 6));
    assert!(is_begun && second.is_begun_after(late) && !first.is_begun_after(late));
    // Event 7 does too, but two loads are enough for one key.
    assert!(!board(&flights, flights.arrive(), Need::Any, known(7, 7)).0);
    flights.land("key", &second);
    assert!(!flights.is_under_way("key"));
    let (is_begun, third) = board(&flights, flights.arrive(), Need::Any, known(7, 7));
    assert!(is_begun);
    flights.land("key", &first);
    flights.land("key", &third);
    assert_eq!(flights.len(), 0);
}
