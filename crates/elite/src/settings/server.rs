//! `[server]` and `[log]`: where the program listens, who stands in front of it, and what it logs.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use super::{cidr::Cidr, reader::Reader};

/// What kind of installation this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// Someone's own machine.
    Development,
    /// A public installation: HSTS, the redirect to HTTPS, strict checks at start.
    Production,
}

impl Environment {
    /// Whether this is a public installation.
    pub fn is_production(self) -> bool {
        self == Self::Production
    }

    /// The word of the settings, which the detailed health report shows too.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }
}

/// The section `[server]`.
#[derive(Debug, Clone)]
pub struct Server {
    /// Address to listen on.
    pub host: IpAddr,
    /// Port to listen on; 0 lets the system choose.
    pub port: u16,
    /// Directory of everything the program keeps.
    pub data_dir: PathBuf,
    /// What kind of installation this is.
    pub environment: Environment,
    /// Networks whose forwarding headers are believed.
    pub trusted_proxies: Vec<Cidr>,
    /// Address of the site without a slash at its end, where one is set; see [`Server::public_url`].
    pub frontend_url: Option<String>,
}

impl Server {
    /// Where to listen.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(self.host, self.port)
    }

    /// Address for links to the site: `FRONTEND_URL`, else the program's own with the port that it really has.
    pub fn public_url(&self, port: u16) -> String {
        self.frontend_url.clone().unwrap_or_else(|| {
            if self.host.is_unspecified() {
                format!("http://localhost:{port}")
            } else {
                format!("http://{}", SocketAddr::new(self.host, port))
            }
        })
    }

    /// The trusted networks as `http_edge::TrustedProxies` reads them: separated by commas.
    pub fn trusted_proxies_list(&self) -> String {
        let networks: Vec<String> = self.trusted_proxies.iter().map(Cidr::to_string).collect();
        networks.join(",")
    }

    pub(super) fn read(reader: &mut Reader) -> Self {
        let host = host(reader);
        let port = reader.whole("PORT");
        let data_dir = reader.required_text("ELITE_DATA_DIR").unwrap_or_default();
        let environment = match reader.choice("ENVIRONMENT") {
            "production" => Environment::Production,
            _ => Environment::Development,
        };
        if reader.choice("ENV") == "production" {
            let called = reader.called("ENV");
            reader.warn(format!(
                "{called} is production, which stands for several worker processes; this version runs one process."
            ));
        }
        let frontend_url = frontend_url(reader);
        let trusted_proxies = trusted_proxies(reader);
        Self {
            host,
            port,
            data_dir: data_dir.into(),
            environment,
            trusted_proxies,
            frontend_url,
        }
    }
}

fn host(reader: &mut Reader) -> IpAddr {
    let Some(text) = reader.required_text("HOST") else {
        return Ipv4Addr::LOCALHOST.into();
    };
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'))
        .unwrap_or(&text);
    if bare.eq_ignore_ascii_case("localhost") {
        return Ipv4Addr::LOCALHOST.into();
    }
    bare.parse().unwrap_or_else(|_| {
        reader.refuse(
            "HOST",
            &format!("is {text:?}, which is not an IP address. Use 0.0.0.0 for every address of this machine, 127.0.0.1 for this machine alone."),
        );
        Ipv4Addr::LOCALHOST.into()
    })
}

fn frontend_url(reader: &mut Reader) -> Option<String> {
    let url = reader.text("FRONTEND_URL")?;
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let is_usable = rest.is_some_and(|rest| {
        let host = rest.split('/').next().unwrap_or_default();
        !host.is_empty()
            && !rest.contains(|letter: char| letter.is_whitespace() || "?#@\\".contains(letter))
    });
    if !is_usable {
        reader.refuse(
            "FRONTEND_URL",
            "is not a web address. Write it as https://outreach.example.com, without a query or a user name.",
        );
    }
    Some(url.trim_end_matches('/').to_owned())
}

fn trusted_proxies(reader: &mut Reader) -> Vec<Cidr> {
    let mut networks = Vec::new();
    for text in reader.list("TRUSTED_PROXIES") {
        match text.parse() {
            Ok(network) => networks.push(network),
            Err(()) => reader.refuse(
                "TRUSTED_PROXIES",
                &format!("names {text:?}, which is not a network. Write networks as 10.0.0.0/8 or fd00::/8, or single addresses."),
            ),
        }
    }
    networks
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    Auto,
    /// Text for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The section `[log]`.
#[derive(Debug, Clone)]
pub struct Log {
    /// Lowest level that is logged: `error`, `warn`, `info`, `debug` or `trace`.
    pub level: &'static str,
    /// How lines are written.
    pub format: LogFormat,
    /// Whether every request is logged.
    pub logs_access: bool,
}

impl Log {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let format = match reader.choice("LOG_FORMAT") {
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            _ => LogFormat::Auto,
        };
        Self {
            level: reader.choice("LOG_LEVEL"),
            format,
            logs_access: reader.flag("ACCESS_LOG"),
        }
    }
}
