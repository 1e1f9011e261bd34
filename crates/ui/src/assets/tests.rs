use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::*;

/// WCAG 2.2, 1.4.3: text; 1.4.11: the edges of controls, focus, and drawings that mean something.
const TEXT_RATIO_MIN: f64 = 4.5;
const EDGE_RATIO_MIN: f64 = 3.0;

#[test]
fn a_url_names_its_content() {
    for asset in all() {
        assert!(asset.url.starts_with(PREFIX), "{}", asset.url);
        assert_eq!(find(&asset.url).map(|found| found.name), Some(asset.name));
        assert_eq!(url(asset.name), asset.url);
    }
    assert!(find("/assets/app.0000000000000000.css").is_none());
    assert!(find("/assets/../Cargo.toml").is_none());
    assert_eq!(
        fnv1a_64(b"a"),
        0xaf63_dc4c_8601_ec8c,
        "the published test vector"
    );
}

#[test]
fn the_sheets_are_joined_without_comments() {
    let css = joined(&[
        "@layer a; /* said\n twice */\n  b { c: d; }\n",
        "e { f: g; }",
    ]);
    assert_eq!(css, "@layer a;\nb { c: d; }\ne { f: g; }\n");
    let css = joined(&CSS);
    assert_eq!(css.matches('{').count(), css.matches('}').count());
    assert!(
        css.starts_with("@layer tokens, base, layout, components, utilities;"),
        "the layers' order comes first"
    );
    assert!(
        !css.contains("@import") && !css.contains("http"),
        "everything is embedded"
    );
}

#[test]
fn every_token_in_use_is_defined() {
    let css = joined(&CSS);
    for part in css.split("var(").skip(1) {
        let name = part.split([')', ',']).next().unwrap();
        assert!(
            css.contains(&format!("{name}:")),
            "{name} is used but not defined"
        );
    }
}

#[test]
fn vendored_files_are_what_was_published() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/vendor");
    let list = std::fs::read_to_string(format!("{folder}/CHECKSUMS")).unwrap();
    assert!(list.contains("htmx"));
    for line in list.lines() {
        let (sum, path) = line.split_once("  ").unwrap();
        let bytes = std::fs::read(format!("{folder}/{path}")).unwrap();
        let digest: String = Sha256::digest(&bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(digest, sum, "{path}");
    }
}

#[test]
fn text_and_edges_have_enough_contrast_in_both_schemes() {
    let tokens = tokens();
    let text = [
        ("ink", &["paper", "surface", "sunken"][..]),
        ("ink-soft", &["paper", "surface", "sunken"]),
        ("accent", &["paper", "surface", "sunken"]),
        ("accent-hover", &["paper", "surface"]),
        ("on-accent", &["accent", "accent-hover"]),
        ("on-danger", &["danger", "danger-hover"]),
        ("accent-soft-ink", &["accent-soft"]),
        ("good-ink", &["good-soft"]),
        ("warn-ink", &["warn-soft"]),
        ("bad-ink", &["bad-soft", "paper", "surface"]),
        ("info-ink", &["info-soft"]),
        ("quiet-ink", &["quiet-soft"]),
        // Links and the labels of small buttons stand inside coloured messages.
        ("accent", &["info-soft", "good-soft"]),
        ("ink", &["good-soft", "info-soft"]),
    ];
    let edges = [
        ("line-strong", &["paper", "surface"][..]),
        ("focus", &["paper", "surface", "sunken"]),
        ("accent", &["surface", "sunken"]),
        ("danger", &["surface"]),
    ];
    for (pairs, ratio_min) in [(&text[..], TEXT_RATIO_MIN), (&edges[..], EDGE_RATIO_MIN)] {
        for (front, backs) in pairs {
            for back in *backs {
                for (scheme, (front_colour, back_colour)) in
                    tokens[*front].iter().zip(&tokens[*back]).enumerate()
                {
                    let ratio = contrast(front_colour, back_colour);
                    assert!(
                        ratio >= ratio_min,
                        "{front} on {back}, scheme {scheme}: {ratio:.2} < {ratio_min}"
                    );
                }
            }
        }
    }
}

/// Token name → its light and its dark colour.
fn tokens() -> BTreeMap<String, [String; 2]> {
    let colours = CSS[0].lines().filter_map(|line| {
        let (name, value) = line
            .trim()
            .strip_prefix("--")?
            .split_once(": light-dark(")?;
        let (light, dark) = value.strip_suffix(");")?.split_once(", ")?;
        Some((name.to_owned(), [light.to_owned(), dark.to_owned()]))
    });
    colours.collect()
}

/// The contrast ratio of two colours `#rrggbb`, as WCAG 2.2 defines it.
fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(colour: &str) -> f64 {
    let channel = |from: usize| {
        let value = f64::from(u8::from_str_radix(&colour[from..from + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}
