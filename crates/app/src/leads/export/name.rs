//! The name of an exported file.

/// Characters of the campaign's name in it.
const NAME_CHARACTERS_MAX: usize = 80;
/// The name where the campaign's has nothing that a file's can have.
const NAMELESS: &str = "campaign";

/// `Lyon, spring - leads.csv`: what file systems, or headers, take amiss becomes a hyphen.
pub(super) fn of_file(campaign: &str, ending: &str) -> String {
    let tame = |c: char| {
        let is_amiss = c.is_control()
            || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
            || is_format(c);
        if is_amiss { '-' } else { c }
    };
    let name: String = campaign
        .chars()
        .map(tame)
        .take(NAME_CHARACTERS_MAX)
        .collect();
    let name = name.trim_matches(|c: char| c.is_whitespace() || matches!(c, '.' | '-' | '~'));
    let name = if name.is_empty() { NAMELESS } else { name };
    format!("{name} - leads.{ending}")
}

/// Characters that turn the reading direction, so that a name can look as if it ended in another way.
fn is_format(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::of_file;

    #[test]
    fn names_are_tame() {
        for (campaign, expected) in [
            ("Lyon, spring", "Lyon, spring - leads.csv"),
            ("../../etc/passwd", "etc-passwd - leads.csv"),
            ("Zürich \"old\" 東京", "Zürich -old- 東京 - leads.csv"),
            ("a\r\nSet-Cookie: x", "a--Set-Cookie- x - leads.csv"),
            ("...", "campaign - leads.csv"),
            ("gpj\u{202e}", "gpj - leads.csv"),
        ] {
            assert_eq!(of_file(campaign, "csv"), expected);
        }
        assert!(of_file(&"x".repeat(300), "xlsx").len() < 100);
    }
}
