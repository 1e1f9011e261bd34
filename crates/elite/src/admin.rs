//! What an operator does at the command line; the use cases are `app::operators`'.

use app::{Error, operators};
use domain::accounts::NewUser;
use domain::email::EmailAddress;

use crate::cli::{AdminCommand, CreateOwner, ResetPassword, TenantChoice};
use crate::parts;
use crate::password;
use crate::run::{Failure, print};
use crate::settings::Settings;

/// Does it, and says what was done.
pub(crate) async fn run(settings: Settings, command: AdminCommand) -> Result<(), Failure> {
    let opened = parts::open(&settings, settings.server.port).await?;
    let done = match command {
        AdminCommand::CreateOwner(owner) => create_owner(&opened.app, owner).await,
        AdminCommand::ResetPassword(reset) => reset_password(&opened.app, reset).await,
        AdminCommand::SuspendTenant(tenant) => set_suspended(&opened.app, tenant, true).await,
        AdminCommand::ResumeTenant(tenant) => set_suspended(&opened.app, tenant, false).await,
    };
    opened.app.tasks().stop().await;
    opened.app.store().close().await;
    print(&done?)
}

async fn create_owner(app: &app::App, owner: CreateOwner) -> Result<String, Failure> {
    let email = address(&owner.email)?;
    let password = password::read(&owner.password)?;
    let person = NewUser {
        email,
        first_name: owner.first_name.clone(),
        last_name: owner.last_name.clone(),
    };
    let made = operators::create_owner(app, owner.company.clone(), person, password).await;
    let id = made.map_err(|error| explain(&error))?;
    Ok(format!(
        "Created {} ({id}) with its owner {}.",
        owner.company, owner.email
    ))
}

async fn reset_password(app: &app::App, reset: ResetPassword) -> Result<String, Failure> {
    let email = address(&reset.email)?;
    let password = password::read(&reset.password)?;
    let done = operators::reset_password(app, &email, &password).await;
    done.map_err(|error| explain(&error))?;
    Ok(format!(
        "{email} has a new password; all sign-ins of the account have ended."
    ))
}

async fn set_suspended(
    app: &app::App,
    tenant: TenantChoice,
    suspended: bool,
) -> Result<String, Failure> {
    let name = tenant.company_email.or(tenant.id).unwrap_or_default();
    let outcome = async {
        let scope = operators::find_tenant(app, &name).await?;
        operators::set_suspended(app, scope, suspended).await
    };
    let changed = outcome.await.map_err(|error| explain(&error))?;
    let state = if suspended { "suspended" } else { "active" };
    let word = if changed { "is now" } else { "was already" };
    Ok(format!("{name} {word} {state}."))
}

pub(crate) fn address(text: &str) -> Result<EmailAddress, Failure> {
    EmailAddress::parse(text).map_err(|reason| format!("{text:?} is no e-mail address: {reason}"))
}

pub(crate) fn explain(error: &Error) -> Failure {
    match error {
        Error::Invalid(problems) => {
            let texts: Vec<String> = problems
                .iter()
                .map(|problem| problem.problem.message())
                .collect();
            texts.join("\n").replace("Value error, ", "")
        }
        other => other.to_string(),
    }
}
