//! The house's rules that the compiler does not know: which crate may use which, which libraries stay in
//! which room, and what no file may contain.
//!
//! The rules are functions over small values, so that the tests below prove that they can fail.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Our crates and the crates of ours that each may use. `elite` wires them all.
const ROOMS: [(&str, &[&str]); 19] = [
    ("domain", &[]),
    ("store", &["domain", "limits"]),
    ("bell", &["domain"]),
    ("cache", &[]),
    ("limits", &[]),
    ("tables", &[]),
    ("mail", &["domain"]),
    ("providers", &["domain"]),
    (
        "app",
        &[
            "domain",
            "store",
            "bell",
            "cache",
            "limits",
            "tables",
            "mail",
            "providers",
        ],
    ),
    ("http-edge", &["app", "domain", "limits"]),
    ("api", &["app", "domain", "http-edge"]),
    ("ui", &["domain"]),
    ("web", &["app", "domain", "http-edge", "ui"]),
    ("realtime", &["app", "domain", "bell", "http-edge"]),
    ("jobs", &["app", "domain"]),
    ("prefork", &[]),
    ("elite", EVERYTHING),
    ("testkit", &["app", "store"]),
    ("bench-load", &[]),
];

const EVERYTHING: &[&str] = &["*"];

/// The crate that every other may use, in its tests only.
const TESTKIT: &str = "testkit";

/// Libraries that stay in their rooms, with all crates of their family (`axum`, `axum-extra`).
const KEPT: [(&str, &[&str]); 7] = [
    ("sea-orm", &["store"]),
    ("sea-query", &["store"]),
    ("sqlx", &["store"]),
    ("askama", &["ui", "mail"]),
    ("axum", &["http-edge", "api", "web", "realtime"]),
    ("redis", &["bell", "cache", "limits", "realtime"]),
    ("lettre", &["mail"]),
];

const LINES_MAX: usize = 400;

/// Files that may be longer, with the reason.
const LONG_FILES: [(&str, &str); 0] = [];

/// A dependency that a crate of ours declares.
#[derive(Debug)]
struct Edge {
    from: String,
    to: String,
    is_for_tests: bool,
}

/// What is wrong with an edge.
fn objection(edge: &Edge) -> Option<String> {
    let Edge {
        from,
        to,
        is_for_tests,
    } = edge;
    let Some((_, may_use)) = ROOMS.iter().find(|(room, _)| room == from) else {
        return Some(format!("{from} has no room in the table"));
    };
    if to == TESTKIT {
        return (!is_for_tests).then(|| format!("{from} uses {to} outside its tests"));
    }
    if ROOMS.iter().any(|(room, _)| room == to) {
        let is_allowed = *may_use == EVERYTHING
            || may_use.contains(&to.as_str())
            || (*is_for_tests && may_use.contains(&"app") && is_part_of_app(to));
        return (!is_allowed).then(|| format!("{from} must not use {to}"));
    }
    let (library, rooms) = KEPT.iter().find(|(library, _)| is_of_family(to, library))?;
    let is_at_home = rooms.contains(&from.as_str());
    (!is_at_home).then(|| format!("{from} must not use {to}: {library} stays in {rooms:?}"))
}

/// The tests of whoever stands on `app` make a real one, of its real parts.
fn is_part_of_app(name: &str) -> bool {
    ROOMS
        .iter()
        .any(|(room, parts)| *room == "app" && parts.contains(&name))
}

fn is_of_family(name: &str, library: &str) -> bool {
    name.strip_prefix(library)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
}

/// What is wrong with a file of ours, given its path from the repository's root.
fn complaints(path: &str, text: &str) -> Vec<String> {
    let lines = text.lines().count();
    let is_tests = path.contains("/tests/") || path.ends_with("tests.rs");
    let is_listed = LONG_FILES.iter().any(|(listed, _)| *listed == path);
    let mut found = Vec::new();
    if lines > LINES_MAX && !is_tests && !is_listed {
        found.push(format!(
            "{path} has {lines} lines, more than {LINES_MAX}: is it still one idea?"
        ));
    }
    for (number, line) in text
        .lines()
        .enumerate()
        .filter(|(_, line)| allows_a_lint(line))
    {
        let number = number + 1;
        found.push(format!(
            "{path}:{number}: say #[expect(…, reason = \"…\")]: {}",
            line.trim()
        ));
    }
    found
}

fn allows_a_lint(line: &str) -> bool {
    let dense: String = line
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    let attribute = dense
        .strip_prefix("#![")
        .or_else(|| dense.strip_prefix("#["));
    attribute.is_some_and(|inner| {
        inner.starts_with("allow(") || inner.starts_with("cfg_attr(") && inner.contains(",allow(")
    })
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .expect("the workspace is there")
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of ours is readable") {
        let path = entry.expect("a folder of ours is readable").path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() && name != "target" && name != "vendor" {
            files_below(&path, found);
        } else if path
            .extension()
            .is_some_and(|kind| kind == "rs" || kind == "js" || kind == "css")
        {
            found.push(path);
        }
    }
}

#[test]
fn every_crate_keeps_to_its_room() {
    let manifest = root().join("Cargo.toml");
    let metadata = MetadataCommand::new()
        .manifest_path(manifest)
        .no_deps()
        .exec();
    let packages = metadata.expect("cargo describes the workspace").packages;
    let edges: Vec<Edge> = packages
        .iter()
        .flat_map(|package| {
            package
                .dependencies
                .iter()
                .map(move |dependency| (package, dependency))
        })
        .map(|(package, dependency)| Edge {
            from: package.name.to_string(),
            to: dependency.name.to_string(),
            is_for_tests: dependency.kind == DependencyKind::Development,
        })
        .collect();
    // Proof that the graph was read: everybody knows this edge.
    assert!(
        edges
            .iter()
            .any(|edge| edge.from == "app" && edge.to == "domain"),
        "{edges:?}"
    );
    let objections: Vec<String> = edges.iter().filter_map(objection).collect();
    assert!(objections.is_empty(), "{objections:#?}");

    let without_lints: Vec<_> = packages
        .iter()
        .map(|package| package.manifest_path.as_std_path())
        .filter(|path| {
            let manifest = fs::read_to_string(path).expect("a manifest is readable");
            !manifest.contains("[lints]\nworkspace = true")
        })
        .collect();
    assert!(
        without_lints.is_empty(),
        "the workspace's lints are not on in {without_lints:?}"
    );
}

#[test]
fn every_file_is_short_and_expects_instead_of_allowing() {
    let root = root();
    let mut files = Vec::new();
    files_below(&root.join("crates"), &mut files);
    files_below(&root.join("assets"), &mut files);
    assert!(
        files
            .iter()
            .any(|path| path.ends_with("elite/tests/architecture.rs")),
        "{files:?}"
    );
    let mut found = Vec::new();
    for file in &files {
        let text = fs::read_to_string(file).expect("a source file is text");
        let path = file
            .strip_prefix(&root)
            .expect("it lies below the root")
            .to_string_lossy();
        found.extend(complaints(&path, &text));
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn vendored_files_are_those_that_were_checked_in() {
    let vendor = root().join("assets/vendor");
    let list = fs::read_to_string(vendor.join("CHECKSUMS")).expect("the list is there");
    let output = Command::new("sha256sum")
        .args(["--check", "--quiet", "--strict", "CHECKSUMS"])
        .current_dir(&vendor)
        .output()
        .expect("sha256sum (coreutils) runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    for folder in fs::read_dir(&vendor)
        .expect("the folder is readable")
        .flatten()
    {
        let Ok(files) = fs::read_dir(folder.path()) else {
            continue; // a file: the list itself and its README
        };
        for file in files.flatten() {
            let path = file.path();
            let name = path
                .strip_prefix(&vendor)
                .expect("it lies below")
                .display()
                .to_string();
            let is_listed = list
                .lines()
                .any(|line| line.ends_with(&format!("  {name}")));
            assert!(is_listed, "{name} has no line in CHECKSUMS");
        }
    }
}

#[test]
fn the_list_of_long_files_is_not_stale() {
    for (path, reason) in LONG_FILES {
        let text = fs::read_to_string(root().join(path)).unwrap_or_default();
        assert!(
            text.lines().count() > LINES_MAX && !reason.is_empty(),
            "{path} needs no exception"
        );
    }
}

fn edge(from: &str, to: &str) -> Edge {
    Edge {
        from: from.into(),
        to: to.into(),
        is_for_tests: false,
    }
}

#[test]
fn bad_edges_are_found() {
    for (from, to) in [
        ("domain", "store"),
        ("api", "store"),
        ("ui", "app"),
        ("store", "app"),
        ("cache", "domain"),
        ("api", "sea-orm"),
        ("app", "sqlx"),
        ("elite", "sqlx-postgres"),
        ("web", "askama"),
        ("app", "axum-extra"),
        ("jobs", "redis"),
        ("app", "lettre"),
        ("app", "testkit"),
        ("newcomer", "serde"),
    ] {
        assert!(
            objection(&edge(from, to)).is_some(),
            "{from} → {to} went unnoticed"
        );
    }
}

#[test]
fn good_edges_are_left_alone() {
    for (from, to) in [
        ("app", "store"),
        ("api", "http-edge"),
        ("elite", "store"),
        ("store", "sqlx"),
        ("mail", "askama"),
        ("api", "axum"),
        ("limits", "redis"),
        ("domain", "serde"),
        ("web", "axumatic"),
    ] {
        assert_eq!(objection(&edge(from, to)), None);
    }
    let for_tests = |from, to| Edge {
        is_for_tests: true,
        ..edge(from, to)
    };
    assert_eq!(objection(&for_tests("domain", "testkit")), None);
    assert_eq!(objection(&for_tests("web", "store")), None);
    assert!(objection(&for_tests("ui", "store")).is_some());
    assert!(objection(&for_tests("web", "ui")).is_none());
    assert!(objection(&for_tests("web", "jobs")).is_some());
}

#[test]
fn bad_files_are_found() {
    let long = "\n".repeat(LINES_MAX + 1);
    assert_eq!(complaints("crates/app/src/leads.rs", &long).len(), 1);
    assert!(complaints("crates/app/src/leads/tests.rs", &long).is_empty());
    assert!(complaints("crates/app/tests/leads.rs", &long).is_empty());
    for line in [
        "#[allow(dead_code)]",
        "    #! [allow (dead_code)]",
        "#[cfg_attr(test, allow(dead_code))]",
    ] {
        assert_eq!(
            complaints("crates/app/src/leads.rs", line).len(),
            1,
            "{line}"
        );
    }
    assert!(
        complaints(
            "crates/app/src/leads.rs",
            "#[expect(dead_code, reason = \"…\")]"
        )
        .is_empty()
    );
}
