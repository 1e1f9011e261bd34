//! What holds for every page in every state: it works under a strict Content-Security-Policy, without a
//! script, with a keyboard and a screen reader, and shows what people typed as text.

use std::collections::BTreeSet;

use ui::samples::{HOSTILE, Sample, every_page};

/// One tag of a page: its name and its attributes, as written.
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Reads the opening and closing tags of HTML as our templates write it: `>` never stands in an attribute,
/// since askama escapes it.
fn tags(html: &str) -> Vec<Tag> {
    let mut found = Vec::new();
    for part in html.split('<').skip(1) {
        let inside = part.split('>').next().unwrap();
        let name_end = inside.find(char::is_whitespace).unwrap_or(inside.len());
        let (name, mut rest) = inside.split_at(name_end);
        let mut attributes = Vec::new();
        loop {
            rest = rest.trim_start();
            let end = rest
                .find(|c: char| c == '=' || c.is_whitespace())
                .unwrap_or(rest.len());
            if end == 0 {
                break;
            }
            let key = rest[..end].to_owned();
            rest = &rest[end..];
            let mut value = "";
            if let Some(after) = rest.strip_prefix('=') {
                let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
                (value, rest) = match quote {
                    Some(quote) => after[1..].split_once(quote).expect("a closing quote"),
                    None => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
                };
            }
            attributes.push((key, value.to_owned()));
        }
        found.push(Tag {
            name: name.to_owned(),
            attributes,
        });
    }
    found
}

fn is_whole_page(sample: &Sample) -> bool {
    !sample.name.ends_with("-fragment")
}

fn for_each(check: impl Fn(&Sample, &[Tag])) {
    for sample in every_page() {
        let tags = tags(&sample.html);
        assert!(tags.len() > 5, "{} is empty", sample.name);
        check(&sample, &tags);
    }
}

#[test]
fn nothing_is_inline() {
    for_each(|sample, tags| {
        for tag in tags {
            assert_ne!(tag.name, "style", "{}", sample.name);
            assert!(
                tag.name != "script" || tag.get("src").is_some(),
                "{}: a script without src",
                sample.name
            );
            for (key, value) in &tag.attributes {
                let is_bad = key == "style" || key.starts_with("on") || key.starts_with("hx-on");
                assert!(
                    !is_bad && !value.contains("javascript:"),
                    "{}: {key}={value}",
                    sample.name
                );
                // Filters in hx-trigger would need eval.
                assert!(
                    key != "hx-trigger" || !value.contains('['),
                    "{}: {value}",
                    sample.name
                );
            }
        }
    });
}

#[test]
fn what_people_typed_stays_text() {
    let mut seen = 0;
    for sample in every_page() {
        assert!(
            !sample.html.contains(HOSTILE) && !sample.html.contains("<script>"),
            "{}",
            sample.name
        );
        seen += usize::from(sample.html.contains("&#60;script&#62;alert("));
    }
    assert!(seen > 10, "the hostile name is shown on {seen} pages only");
}

#[test]
fn every_control_has_a_label_and_every_reference_a_target() {
    for_each(|sample, tags| {
        let ids: Vec<&str> = tags.iter().filter_map(|tag| tag.get("id")).collect();
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(
            ids.len(),
            unique.len(),
            "{}: an id twice: {ids:?}",
            sample.name
        );
        for tag in tags {
            let is_hidden = tag.get("type") == Some("hidden");
            if matches!(tag.name.as_str(), "input" | "select" | "textarea") && !is_hidden {
                let id = tag
                    .get("id")
                    .unwrap_or_else(|| panic!("{}: a control without id", sample.name));
                let is_labelled = tags
                    .iter()
                    .any(|label| label.name == "label" && label.get("for") == Some(id));
                assert!(is_labelled, "{}: {id} has no label", sample.name);
                if tag.get("aria-invalid").is_some() {
                    let described = tag.get("aria-describedby").unwrap_or_default();
                    assert!(
                        described.contains(&format!("{id}-error")),
                        "{}: {id}",
                        sample.name
                    );
                }
            }
            for key in ["aria-describedby", "aria-labelledby", "for", "data-copy"] {
                for id in tag.get(key).unwrap_or_default().split_whitespace() {
                    assert!(
                        unique.contains(id),
                        "{}: {key} names {id}, which is not there",
                        sample.name
                    );
                }
            }
            if let Some(id) = tag.get("hx-target").or(tag.get("hx-select")) {
                assert!(
                    unique.contains(id.trim_start_matches('#')),
                    "{}: {id}",
                    sample.name
                );
            }
        }
    });
}

#[test]
fn forms_that_write_carry_the_token_first() {
    for_each(|sample, tags| {
        for (index, tag) in tags.iter().enumerate() {
            if tag.name == "form" && tag.get("method") == Some("post") {
                let next = &tags[index + 1];
                assert_eq!(
                    next.get("name"),
                    Some("_csrf"),
                    "{}: {:?}",
                    sample.name,
                    tag.get("action")
                );
                assert_eq!(next.get("value"), Some("csrf-sample"), "{}", sample.name);
            }
        }
    });
}

#[test]
fn pages_have_their_landmarks() {
    for_each(|sample, tags| {
        if !is_whole_page(sample) {
            return;
        }
        let count = |name: &str| tags.iter().filter(|tag| tag.name == name).count();
        assert_eq!(
            (count("h1"), count("main"), count("html")),
            (1, 1, 1),
            "{}",
            sample.name
        );
        assert!(
            sample
                .html
                .starts_with("<!doctype html>\n<html lang=\"en\">"),
            "{}",
            sample.name
        );
        let title = sample
            .html
            .split("<title>")
            .nth(1)
            .unwrap()
            .split("</title>")
            .next()
            .unwrap();
        assert!(
            title.ends_with(" · Elite Creatif") && title.len() > 20,
            "{}: {title}",
            sample.name
        );
        assert!(
            sample.html.contains("<a class=\"skip\" href=\"#main\">"),
            "{}",
            sample.name
        );
    });
}

#[test]
fn assets_are_asked_for_by_their_hash() {
    for_each(|sample, tags| {
        for tag in tags {
            for key in ["src", "href"] {
                let url = tag.get(key).unwrap_or_default();
                if url.starts_with(ui::assets::PREFIX) {
                    assert!(ui::assets::find(url).is_some(), "{}: {url}", sample.name);
                }
                assert!(!url.contains("//"), "{}: another host: {url}", sample.name);
            }
        }
    });
}

/// The crate's documentation lists every form's route; handlers are written from it.
#[test]
fn every_route_of_a_form_is_documented() {
    let documentation = include_str!("../src/lib.rs");
    for_each(|sample, tags| {
        for tag in tags.iter().filter(|tag| tag.name == "form") {
            let method = tag.get("method").unwrap().to_uppercase();
            let path: Vec<&str> = tag
                .get("action")
                .unwrap()
                .split('/')
                .map(|step| if is_id(step) { "{id}" } else { step })
                .collect();
            let route = format!("`{method} {}`", path.join("/"));
            assert!(
                documentation.contains(&route),
                "{}: {route} is not documented",
                sample.name
            );
        }
    });
}

fn is_id(step: &str) -> bool {
    let samples = ["amelie", "jonas", "sofia", "script"];
    samples.contains(&step) || (step.len() == 2 && step.ends_with(|c: char| c.is_ascii_digit()))
}
