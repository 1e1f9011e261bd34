//! The icons, drawn as strokes on a 24 × 24 grid and written inline, so that they follow the text's
//! colour. An icon never carries meaning alone: it is hidden from assistive technology.

use std::fmt;

use askama::FastWritable;
use askama::filters::HtmlSafe;

/// An icon; writes itself as inline SVG.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say what is drawn")]
pub enum Icon {
    Home,
    Campaign,
    People,
    Activity,
    Bell,
    Building,
    User,
    Turn,
    Leave,
    Check,
    Cross,
    Plus,
    Upload,
    Download,
    File,
    Search,
    Pencil,
    Trash,
    Play,
    Pause,
    Flag,
    Key,
    Mail,
    Warning,
    Info,
    Device,
    Inbox,
    Left,
    Right,
    Clock,
    Undo,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Home => "M4 11.5 12 5l8 6.5M6 10v9h4.5v-5h3v5H18v-9",
            Self::Campaign => "M4 10v4h3l8 4V6l-8 4zM18.5 9.5a4 4 0 0 1 0 5M8 14.5l1 5h2.5",
            Self::People => {
                "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM3.5 19a5.5 5.5 0 0 1 11 0M15.5 5.4a3 3 0 0 1 0 5.2M17.5 14.2a5.5 5.5 0 0 1 3 4.8"
            }
            Self::Activity => "M3.5 12.5h4l2.5-7 4 13 2.5-6h4",
            Self::Bell => "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 20.5h4",
            Self::Building => "M5 20V5h9v15M14 9.5h5V20M3.5 20h17M8 8.5h3M8 12h3M8 15.5h3",
            Self::User => "M12 12a3.75 3.75 0 1 0 0-7.5 3.75 3.75 0 0 0 0 7.5ZM5 20a7 7 0 0 1 14 0",
            Self::Turn => "m8 14 4-4 4 4",
            Self::Leave => "M14 4.5H5.5v15H14M10.5 12h9.5M16.5 8.5 20 12l-3.5 3.5",
            Self::Check => "m5 12.5 4.5 4.5L19 7.5",
            Self::Cross => "m6.5 6.5 11 11M17.5 6.5l-11 11",
            Self::Plus => "M12 5.5v13M5.5 12h13",
            Self::Upload => "M12 15.5v-10M8 9l4-4 4 4M4.5 15v4h15v-4",
            Self::Download => "M12 5v10M8 11.5l4 4 4-4M4.5 15v4h15v-4",
            Self::File => "M6.5 3.5h7l4 4v13h-11zM13.5 3.5v4h4M9.5 12.5h5M9.5 16h5",
            Self::Search => "M10.5 16.5a6 6 0 1 0 0-12 6 6 0 0 0 0 12ZM15 15l4.5 4.5",
            Self::Pencil => "m4.5 19.5 1-4.5L15.5 5l3.5 3.5L9 18.5zM13.5 7l3.5 3.5",
            Self::Trash => {
                "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 12.5h9l1-12.5M10.5 10.5v5.5M13.5 10.5v5.5"
            }
            Self::Play => "M8 5.5v13l10.5-6.5z",
            Self::Pause => "M8.5 5.5v13M15.5 5.5v13",
            Self::Flag => "M6 20.5v-16M6 5h11.5l-2.5 4 2.5 4H6",
            Self::Key => {
                "M8.5 15.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12.5 11.5h8M17 11.5v3.5M20.5 11.5V14"
            }
            Self::Mail => "M4 6h16v12H4zM4.5 7l7.5 6 7.5-6",
            Self::Warning => "M12 4.5 21 19.5H3zM12 10v4.5M12 17v.1",
            Self::Info => "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 11v5.5M12 7.5v.1",
            Self::Device => "M4 5.5h16v10.5H4zM9 20h6M12 16v4",
            Self::Inbox => "M4 13.5 6.5 5.5h11l2.5 8v5H4zM4 13.5h5a3 3 0 0 0 6 0h5",
            Self::Left => "M14.5 6.5 9 12l5.5 5.5",
            Self::Right => "M9.5 6.5 15 12l-5.5 5.5",
            Self::Undo => "M9 6 4.5 10.5 9 15M5 10.5h9.5a4.5 4.5 0 0 1 0 9H10",
            Self::Clock => "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 7.5V12l3 2",
        }
    }

    fn class(self) -> &'static str {
        if self == Self::Turn {
            "icon icon-turn"
        } else {
            "icon"
        }
    }
}

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            r#"<svg class="{}" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>"#,
            self.class(),
            self.path()
        )
    }
}

impl HtmlSafe for Icon {}

impl FastWritable for Icon {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(write!(dest, "{self}")?)
    }
}
