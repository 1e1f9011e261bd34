//! `elite demo`: a company to look around in.

use app::operators::{self, DEMO_EMAIL};

use crate::admin::explain;
use crate::cli::DemoChoice;
use crate::parts;
use crate::run::{Failure, print};
use crate::settings::Settings;

/// Makes the demo, or removes it, and says what was done.
pub(crate) async fn run(settings: Settings, choice: DemoChoice) -> Result<(), Failure> {
    let opened = parts::open(&settings, settings.server.port).await?;
    let done = match choice.is_removal {
        true => remove(&opened.app).await,
        false => make(&opened.app).await,
    };
    opened.app.tasks().stop().await;
    opened.app.store().close().await;
    print(&done?)
}

async fn make(app: &app::App) -> Result<String, Failure> {
    let made = operators::make_demo(app).await;
    let demo = made.map_err(|error| explain(&error))?;
    Ok(format!(
        "The demo company is there: {} campaigns with {} leads. The companies are real, their e-mail addresses are made up.\n\
         Sign in at {}/login\n  e-mail    {DEMO_EMAIL}\n  password  {}\n\
         `elite demo --remove` removes it with everything in it.",
        demo.campaigns,
        demo.leads,
        app.options().public_url,
        demo.password
    ))
}

async fn remove(app: &app::App) -> Result<String, Failure> {
    let removed = operators::remove_demo(app).await;
    Ok(match removed.map_err(|error| explain(&error))? {
        true => "The demo company is gone, with everything in it.".to_owned(),
        false => "There is no demo company.".to_owned(),
    })
}
