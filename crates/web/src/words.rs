//! Values of the domain as people read them: moments, durations, roles, devices.

use std::time::Duration;

use domain::clock::Timestamp;
use domain::notifications::time_ago;
use domain::team::Role;
use ui::text::When;

const DAY_SECONDS: i64 = 24 * 3600;

/// A moment as seen now: its age on the first day, then the day and time in UTC, and the year where it is another.
pub(crate) fn when(at: Timestamp, now: Timestamp) -> When {
    let iso = format!("{}Z", at.wire());
    let age = now.seconds_since(at);
    if (0..DAY_SECONDS).contains(&age) {
        return When::new(iso, time_ago(at, now));
    }
    let (moment, today) = (at.calendar(), now.calendar());
    let (day, month) = (moment.day(), short_month(at));
    let text = if moment.year() == today.year() {
        format!("{day} {month}, {:02}:{:02}", moment.hour(), moment.minute())
    } else {
        format!("{day} {month} {}", moment.year())
    };
    When::new(iso, text)
}

/// A day as a heading: `Today`, `Yesterday`, `Monday, 16 November`, with the year where it is another.
pub(crate) fn day(at: Timestamp, now: Timestamp) -> String {
    let (then, today) = (at.calendar().date(), now.calendar().date());
    if then == today {
        return "Today".into();
    }
    if then.next_day() == Some(today) {
        return "Yesterday".into();
    }
    let text = format!("{}, {} {}", then.weekday(), then.day(), then.month());
    if then.year() == today.year() {
        text
    } else {
        format!("{text} {}", then.year())
    }
}

fn short_month(at: Timestamp) -> String {
    let name = at.calendar().month().to_string();
    name.chars().take(3).collect()
}

/// How long something took: `12 seconds`, `3 minutes`.
pub(crate) fn took(from: Timestamp, to: Timestamp) -> String {
    let seconds = to.seconds_since(from).max(0);
    match seconds {
        0 => "less than a second".into(),
        1..=119 => ui::text::counted(seconds, "second"),
        _ => ui::text::counted(seconds / 60, "minute"),
    }
}

/// What is left of something, roughly: `about 20 seconds`.
pub(crate) fn left(time: Duration) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    match seconds {
        0..=4 => "a few seconds".into(),
        5..=54 => format!("about {} seconds", (seconds + 4) / 5 * 5),
        55..=89 => "about a minute".into(),
        90..=3569 => format!("about {} minutes", (seconds + 30) / 60),
        _ => format!(
            "about {}",
            ui::text::counted((seconds + 1800) / 3600, "hour")
        ),
    }
}

/// A role as pages know it.
pub(crate) fn role(role: Role) -> ui::text::Role {
    match role {
        Role::Owner => ui::text::Role::Owner,
        Role::Admin => ui::text::Role::Admin,
        Role::Member => ui::text::Role::Member,
    }
}

/// A percentage with one decimal.
pub(crate) fn percent(value: f64) -> String {
    format!("{value:.1}")
}

/// What is known of a device by what its browser calls itself: `Firefox on Linux`. The order matters, since browsers
/// also name those that they descend from.
pub(crate) fn device(user_agent: Option<&str>) -> String {
    const BROWSERS: [(&str, &str); 6] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("CriOS/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let Some(agent) = user_agent.filter(|agent| !agent.is_empty()) else {
        return "An unknown device".into();
    };
    let name = |table: &[(&str, &'static str)]| {
        let mut known = table.iter();
        known.find_map(|(mark, name)| agent.contains(mark).then_some(*name))
    };
    match (name(&BROWSERS), name(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.into(),
        // A program: its own name, without version and comment.
        (None, _) => agent
            .split(['/', ' '])
            .next()
            .unwrap_or_default()
            .chars()
            .take(40)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-20T14:05:00 UTC, a Friday.
    const THEN: Timestamp = Timestamp(1_795_183_500_000_000);

    fn later(seconds: i64) -> Timestamp {
        Timestamp(THEN.0 + seconds * 1_000_000)
    }

    #[test]
    fn a_moment_is_an_age_at_first_and_a_date_afterwards() {
        assert_eq!(when(THEN, later(125)).text, "2 minutes ago");
        assert_eq!(when(THEN, later(2 * DAY_SECONDS)).text, "20 Nov, 14:05");
        assert_eq!(when(THEN, later(60 * DAY_SECONDS)).text, "20 Nov 2026");
        assert_eq!(when(THEN, later(-60)).text, "20 Nov, 14:05");
        assert_eq!(when(THEN, THEN).iso, "2026-11-20T14:05:00Z");
    }

    #[test]
    fn what_is_left_is_told_roughly() {
        let table = [
            (0, "a few seconds"),
            (6, "about 10 seconds"),
            (54, "about 55 seconds"),
            (70, "about a minute"),
            (100, "about 2 minutes"),
            (3_600, "about 1 hour"),
            (9_000, "about 3 hours"),
        ];
        for (seconds, wanted) in table {
            assert_eq!(left(Duration::from_secs(seconds)), wanted);
        }
    }

    #[test]
    fn days_are_named() {
        assert_eq!(day(THEN, later(60)), "Today");
        assert_eq!(day(THEN, later(DAY_SECONDS)), "Yesterday");
        assert_eq!(day(THEN, later(3 * DAY_SECONDS)), "Friday, 20 November");
        let next_year = later(90 * DAY_SECONDS);
        assert_eq!(day(THEN, next_year), "Friday, 20 November 2026");
    }

    #[test]
    fn devices_are_told_by_their_youngest_name() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36";
        assert_eq!(device(Some(chrome)), "Chrome on Linux");
        let phone =
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1";
        assert_eq!(device(Some(phone)), "Safari on iPhone");
        assert_eq!(device(Some("curl/8.5.0")), "curl");
        assert_eq!(device(None), "An unknown device");
    }
}
