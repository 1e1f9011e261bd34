//! The feed of what happened, as far as the reader may see it.

mod sentences;

use app::events;
use axum::http::StatusCode;
use domain::events::{EventName, RecordedEvent};
use http_edge::QueryFields;
use ui::activity::{ActivityFeed, ActivityPage, Day, Entry, TOPIC_CHOICES};
use ui::chrome::Section;

use crate::form::last;
use crate::inside::Inside;
use crate::page::{fragment, page};
use crate::trouble::{Answer, Trouble};
use crate::words::day;

pub(crate) use sentences::Names;

/// Entries of a page.
const PAGE_ENTRIES: usize = 50;
/// Reads for one page, at most: a filter that few events pass gives a shorter page, not a slow one.
const READS_MAX: usize = 10;

/// Which events are wanted.
#[derive(Debug, Clone, Copy, Default)]
struct Wanted {
    topic: Option<ui::activity::Topic>,
}

impl Wanted {
    /// The topic of a form's word.
    fn of(word: &str) -> Self {
        use ui::activity::Topic;
        let topic = match word {
            "campaigns" => Some(Topic::Campaign),
            "leads" => Some(Topic::Lead),
            "imports" => Some(Topic::Import),
            "team" => Some(Topic::Team),
            "company" => Some(Topic::Company),
            "security" => Some(Topic::Security),
            _ => None,
        };
        Self { topic }
    }

    /// Progress is for the import's own page: a large file would fill the feed with it.
    fn includes(self, event: &RecordedEvent) -> bool {
        let name = event.event.name;
        !matches!(name, EventName::ImportProgress | EventName::ImportUndoing)
            && self
                .topic
                .is_none_or(|topic| sentences::topic(name) == topic)
    }
}

/// Events of a page, newest first, and whether there may be more at either end.
#[derive(Debug, Default)]
struct Found {
    events: Vec<RecordedEvent>,
    newer: Option<i64>,
    older: Option<i64>,
}

/// The newest entries.
pub(crate) async fn newest(
    inside: &Inside,
    names: &Names,
    entries_max: usize,
) -> Result<Vec<Entry>, Trouble> {
    let found = before(inside, Wanted::default(), None, entries_max).await?;
    let entry = |event: &RecordedEvent| sentences::entry(event, names, inside.now);
    Ok(found.events.iter().map(entry).collect())
}

async fn before(
    inside: &Inside,
    wanted: Wanted,
    from: Option<i64>,
    entries_max: usize,
) -> Result<Found, Trouble> {
    let mut found = Found::default();
    let mut place = from;
    'reads: for _ in 0..READS_MAX {
        let (app, member) = (&inside.app, &inside.member);
        let (events, next) = events::before(app, member, place, events::PAGE_MAX)
            .await?
            .value;
        for event in events.into_iter().filter(|event| wanted.includes(event)) {
            if found.events.len() == entries_max {
                found.older = found.events.last().map(|last| last.seq);
                break 'reads;
            }
            found.events.push(event);
        }
        // Where the bound of reads ends this, the next page goes on from there.
        (place, found.older) = (next, next);
        if next.is_none() {
            break;
        }
    }
    found.newer = from.map(|from| found.events.first().map_or(from - 1, |first| first.seq));
    Ok(found)
}

async fn after(inside: &Inside, wanted: Wanted, from: i64) -> Result<Found, Trouble> {
    let mut found = Found::default();
    let mut place = from;
    let mut is_end = false;
    for _ in 0..READS_MAX {
        let (app, member) = (&inside.app, &inside.member);
        let (events, reached) = events::after(app, member, place, events::PAGE_MAX)
            .await?
            .value;
        is_end = reached == place;
        place = reached;
        let wanted = events.into_iter().filter(|event| wanted.includes(event));
        let room = PAGE_ENTRIES - found.events.len();
        found.events.extend(wanted.take(room));
        if is_end || found.events.len() == PAGE_ENTRIES {
            break;
        }
    }
    found.events.reverse();
    let last = found.events.first().map(|newest| newest.seq);
    found.newer = last.or(Some(place)).filter(|_| !is_end);
    found.older = Some(found.events.last().map_or(from + 1, |oldest| oldest.seq));
    Ok(found)
}

pub(crate) async fn index(inside: Inside, QueryFields(query): QueryFields) -> Answer {
    let topic = last(&query, "topic");
    let is_known = TOPIC_CHOICES.iter().any(|choice| choice.value == topic);
    let topic = if is_known { topic } else { "" };
    let wanted = Wanted::of(topic);
    let number = |name| last(&query, name).parse::<i64>().ok().map(|n| n.max(0));
    let found = match (number("after"), number("before")) {
        (Some(number), _) => match after(&inside, wanted, number).await? {
            // At the end, the newest page as a whole.
            found if found.newer.is_none() => before(&inside, wanted, None, PAGE_ENTRIES).await?,
            found => found,
        },
        (None, from) => before(&inside, wanted, from, PAGE_ENTRIES).await?,
    };
    let names = names(&inside).await?;
    let href = |name: &str, seq: i64| {
        let seq = seq.to_string();
        let pairs = [("topic", topic), (name, &seq)];
        let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
        format!("/activity?{query}")
    };
    let mut days: Vec<Day> = Vec::new();
    for event in &found.events {
        let (label, entry) = (
            day(event.at, inside.now),
            sentences::entry(event, &names, inside.now),
        );
        match days.last_mut().filter(|day| day.label == label) {
            Some(day) => day.entries.push(entry),
            None => days.push(Day {
                label,
                entries: vec![entry],
            }),
        }
    }
    let feed = ActivityFeed {
        days,
        is_filtered: !topic.is_empty(),
        newer_href: found.newer.map(|seq| href("after", seq)),
        older_href: found.older.map(|seq| href("before", seq)),
    };
    if inside.wants_fragment {
        return fragment(&feed);
    }
    let chrome = inside.chrome(Section::Activity).await?;
    let topic = topic.to_owned();
    page(
        StatusCode::OK,
        &ActivityPage {
            chrome,
            topic,
            feed,
        },
    )
}

async fn names(inside: &Inside) -> Result<Names, Trouble> {
    let (app, member) = (&inside.app, &inside.member);
    let people = app::team::list(app, member).await?.value;
    let campaigns = app::campaigns::list(app, member).await?.value;
    Ok(Names::of(member.user().id, &people, &campaigns))
}
