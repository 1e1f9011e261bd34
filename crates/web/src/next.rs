//! Where to go after signing in: a path of this site, and never another site that somebody wrote into the link.

/// The longest path that is kept, in bytes.
const BYTES_MAX: usize = 2_000;

/// The path as it may be followed, or the dashboard.
pub(crate) fn local_or_start(next: &str) -> &str {
    if is_local(next) { next } else { "/" }
}

/// Whether this is a path of this site: it begins with one slash, and holds nothing that browsers read as another
/// (`//host`, `/\host`), drop before reading (tabs and line breaks), or that no header can carry.
pub(crate) fn is_local(next: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    next.len() <= BYTES_MAX
        && next.starts_with('/')
        && !next.starts_with("//")
        && next.bytes().all(is_plain)
}

/// The sign-in page that leads back to a path.
pub(crate) fn login_href(back: &str) -> String {
    if back == "/" || !is_local(back) {
        return "/login".into();
    }
    let query = serde_urlencoded::to_string([("next", back)]).unwrap_or_default();
    format!("/login?{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_followed() {
        for good in ["/", "/campaigns?q=a%20b&status=", "/leads/1/edit#x"] {
            assert_eq!(local_or_start(good), good);
        }
        let bad = [
            "",
            "campaigns",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/\t/evil.example",
            "/a\r\nSet-Cookie: x=1",
            "javascript:alert(1)",
            " /",
            "/é",
        ];
        for bad in bad {
            assert_eq!(local_or_start(bad), "/", "{bad:?}");
        }
        assert_eq!(local_or_start(&format!("/{}", "a".repeat(BYTES_MAX))), "/");
    }

    #[test]
    fn the_way_back_survives_its_own_query() {
        assert_eq!(login_href("/"), "/login");
        let expected = "/login?next=%2Fcampaigns%3Fq%3Da%26status%3D";
        assert_eq!(login_href("/campaigns?q=a&status="), expected);
    }
}
