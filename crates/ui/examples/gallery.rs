//! Writes every page in its main states into a folder, with the assets, so that a browser can look at them:
//! `cargo run -p ui --example gallery -- target/gallery`

use std::error::Error;
use std::fs;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let folder: PathBuf = std::env::args_os()
        .nth(1)
        .ok_or("say into which folder")?
        .into();
    fs::create_dir_all(folder.join("assets"))?;
    for asset in ui::assets::all() {
        fs::write(folder.join(asset.url.trim_start_matches('/')), &asset.bytes)?;
    }
    for sample in ui::samples::every_page() {
        // Files have no root: the assets lie beside the page.
        let html = sample.html.replace("\"/assets/", "\"assets/");
        fs::write(folder.join(format!("{}.html", sample.name)), html)?;
    }
    Ok(())
}
