//! Where a value comes from, so that a refusal and `elite config` can say it.

use std::{fmt, path::PathBuf};

use figment::{Metadata, Source};

use super::{layers::DOTENV_NAME, table::Setting};

pub(super) const ENVIRONMENT_NAME: &str = "environment";

/// Which layer a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The defaults that the program carries, or what it derives from other settings.
    Default,
    /// A settings file.
    File(PathBuf),
    /// The file `.env`.
    DotEnv,
    /// The environment of the process.
    Environment,
}

impl Origin {
    /// How a setting is called in this layer: its key in a file, its name in the environment.
    pub(super) fn name_of(&self, setting: &Setting) -> &'static str {
        match self {
            Self::Default | Self::DotEnv | Self::Environment => setting.name,
            Self::File(_) => setting.key,
        }
    }

    pub(super) fn of(metadata: &Metadata) -> Self {
        let path = metadata.source.as_ref().and_then(Source::file_path);
        match (path, metadata.name.as_ref()) {
            (Some(path), _) => Self::File(path.to_owned()),
            (None, DOTENV_NAME) => Self::DotEnv,
            (None, ENVIRONMENT_NAME) => Self::Environment,
            (None, _) => Self::Default,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => path.display().fmt(f),
            Self::DotEnv => f.write_str(DOTENV_NAME),
            Self::Environment => f.write_str(ENVIRONMENT_NAME),
        }
    }
}
