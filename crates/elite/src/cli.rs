//! The command line: what can be asked of the program. It is parsed here and run elsewhere.
//!
//! Settings are no business of the command line, save which file they are in: they come from the settings' layers alone.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand};

pub use crate::import::choices::ImportChoices;

const IMPORT_EXIT_CODES: &str = "Exit codes: 0 when the file was read to its end (rows that became no lead are told), or looked at; \
1 when it was not, or a row's file could not be written; 2 when the command line is wrong.";

/// The platform on which a company runs its outreach.
///
/// Without a command it serves. Settings come from elite.toml, .env and the environment; `elite config` shows them.
#[derive(Debug, Parser, PartialEq, Eq)]
#[command(name = "elite", version)]
pub struct Cli {
    /// Settings file to read in the place of elite.toml in the working directory.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What to do; see [`Cli::command`].
    #[command(subcommand)]
    command: Option<Command>,
}

impl Cli {
    /// What to do: serve, unless something else is asked for.
    pub fn command(self) -> Command {
        self.command.unwrap_or(Command::Serve)
    }
}

/// What the program can do.
#[derive(Debug, Clone, Subcommand, PartialEq, Eq)]
pub enum Command {
    /// Serve the site and the API (the default).
    Serve,
    /// Bring the database to this version's schema, and stop.
    Migrate,
    /// Print the effective settings and where each comes from, secrets masked.
    Config,
    /// Print the OpenAPI document of the API.
    Openapi,
    /// Import a file of leads into a campaign; a server may run meanwhile.
    #[command(after_help = IMPORT_EXIT_CODES)]
    Import(ImportFile),
    /// Make a company with campaigns and leads to look around in.
    Demo(DemoChoice),
    /// Look after accounts and tenants.
    #[command(subcommand)]
    Admin(AdminCommand),
}

/// A file and where its rows go.
#[derive(Debug, Clone, Args, PartialEq, Eq)]
pub struct ImportFile {
    /// The file: CSV, TSV, XLSX or XLS.
    pub file: PathBuf,
    /// Name (exactly) or id of the campaign.
    #[arg(long, value_name = "NAME or ID")]
    pub campaign: String,
    /// The company's address.
    #[arg(long, value_name = "ADDRESS")]
    pub company_email: String,
    /// Who imports: the address of somebody of the company; the owner where it is not given.
    #[arg(long, value_name = "ADDRESS")]
    pub user: Option<String>,
    /// How the file is read and what becomes of its rows.
    #[command(flatten)]
    pub choices: ImportChoices,
    /// Only show what was understood of the file and what would become of its first rows.
    #[arg(long = "dry-run")]
    pub is_dry_run: bool,
    /// Write the rows that became no lead to this file, as CSV with the reasons.
    #[arg(long, value_name = "FILE", conflicts_with = "is_dry_run")]
    pub errors: Option<PathBuf>,
}

/// What to do about the demo company.
#[derive(Debug, Clone, Args, PartialEq, Eq)]
pub struct DemoChoice {
    /// Remove it, with everything in it.
    #[arg(long = "remove")]
    pub is_removal: bool,
}

/// What an administrator of the installation can do.
#[derive(Debug, Clone, Subcommand, PartialEq, Eq)]
pub enum AdminCommand {
    /// Create a company with its owner.
    CreateOwner(CreateOwner),
    /// Give an account a new password and end its sign-ins.
    ResetPassword(ResetPassword),
    /// Lock a company out until it is resumed.
    SuspendTenant(TenantChoice),
    /// Let a suspended company in again.
    ResumeTenant(TenantChoice),
}

/// A company and its owner.
#[derive(Debug, Clone, Args, PartialEq, Eq)]
pub struct CreateOwner {
    /// Name of the company.
    #[arg(long, value_name = "NAME")]
    pub company: String,
    /// The owner's address, which is also the company's.
    #[arg(long, value_name = "ADDRESS")]
    pub email: String,
    /// The owner's first name.
    #[arg(long, value_name = "NAME")]
    pub first_name: Option<String>,
    /// The owner's last name.
    #[arg(long, value_name = "NAME")]
    pub last_name: Option<String>,
    /// Where the password comes from.
    #[command(flatten)]
    pub password: PasswordSource,
}

/// An account that gets a new password.
#[derive(Debug, Clone, Args, PartialEq, Eq)]
pub struct ResetPassword {
    /// The account's address.
    #[arg(long, value_name = "ADDRESS")]
    pub email: String,
    /// Where the password comes from.
    #[command(flatten)]
    pub password: PasswordSource,
}

/// Where a password comes from; never from the command line, where others could read it.
#[derive(Debug, Clone, Args, PartialEq, Eq)]
pub struct PasswordSource {
    /// Read the password from the first line of standard input instead of asking for it.
    #[arg(long = "password-stdin")]
    pub is_stdin: bool,
}

/// One tenant, named in one of two ways.
#[derive(Debug, Clone, Args, PartialEq, Eq)]
#[command(group = ArgGroup::new("tenant").required(true).args(["company_email", "id"]))]
pub struct TenantChoice {
    /// The company's address.
    #[arg(long, value_name = "ADDRESS")]
    pub company_email: Option<String>,
    /// The tenant's id.
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser, error::ErrorKind};

    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    fn command(line: &str) -> Command {
        parse(line).expect("the line is well formed").command()
    }

    #[test]
    fn definition_is_consistent() {
        <Cli as CommandFactory>::command().debug_assert();
    }

    #[test]
    fn serving_is_the_default() {
        assert_eq!(command("elite"), Command::Serve);
        assert_eq!(command("elite serve"), Command::Serve);
        assert_eq!(command("elite migrate"), Command::Migrate);
        assert_eq!(command("elite config"), Command::Config);
        assert_eq!(command("elite openapi"), Command::Openapi);
    }

    #[test]
    fn config_file_may_stand_before_and_after_the_command() {
        for line in [
            "elite --config a.toml",
            "elite --config a.toml config",
            "elite admin resume-tenant --id 1 --config a.toml",
        ] {
            assert_eq!(
                parse(line).unwrap().config,
                Some(PathBuf::from("a.toml")),
                "{line}"
            );
        }
    }

    #[test]
    fn an_import_needs_file_campaign_and_company() {
        let line = "elite import a.csv --campaign Lyon --company-email a@example.com";
        let Command::Import(wanted) = command(line) else {
            panic!("another command was parsed");
        };
        assert_eq!(
            (wanted.file, wanted.campaign.as_str(), wanted.user),
            (PathBuf::from("a.csv"), "Lyon", None)
        );
        for line in [
            "elite import --campaign Lyon --company-email a@example.com",
            "elite import a.csv --campaign Lyon",
            "elite import a.csv --company-email a@example.com",
        ] {
            let error = parse(line).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::MissingRequiredArgument, "{line}");
        }
    }

    #[test]
    fn a_demo_is_made_unless_it_is_to_be_removed() {
        let of = |is_removal| Command::Demo(DemoChoice { is_removal });
        assert_eq!(command("elite demo"), of(false));
        assert_eq!(command("elite demo --remove"), of(true));
    }

    #[test]
    fn owner_needs_company_and_email() {
        let Command::Admin(AdminCommand::CreateOwner(owner)) = command(
            "elite admin create-owner --company Acme --email a@example.com --first-name Ada --password-stdin",
        ) else {
            panic!("another command was parsed");
        };
        assert_eq!(
            (owner.company.as_str(), owner.email.as_str()),
            ("Acme", "a@example.com")
        );
        assert_eq!(
            (owner.first_name.as_deref(), owner.last_name),
            (Some("Ada"), None)
        );
        assert!(owner.password.is_stdin);
        let error = parse("elite admin create-owner --company Acme").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MissingRequiredArgument);
    }

    #[test]
    fn password_is_asked_for_unless_told_otherwise() {
        let Command::Admin(AdminCommand::ResetPassword(reset)) =
            command("elite admin reset-password --email a@example.com")
        else {
            panic!("another command was parsed");
        };
        assert!(!reset.password.is_stdin);
    }

    #[test]
    fn tenant_is_named_in_exactly_one_way() {
        let Command::Admin(AdminCommand::SuspendTenant(tenant)) =
            command("elite admin suspend-tenant --company-email a@example.com")
        else {
            panic!("another command was parsed");
        };
        assert_eq!(tenant.company_email.as_deref(), Some("a@example.com"));
        let neither = parse("elite admin suspend-tenant").unwrap_err();
        assert_eq!(neither.kind(), ErrorKind::MissingRequiredArgument);
        let both =
            parse("elite admin resume-tenant --id 1 --company-email a@example.com").unwrap_err();
        assert_eq!(both.kind(), ErrorKind::ArgumentConflict);
    }
}
