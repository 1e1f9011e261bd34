//! The module that sends a file in pieces: it survives what breaks, and goes on after a reload of the page.

use serde_json::{Value, json};

use crate::main_job::program;
use crate::visitor::Visitor;

/// Loads the module and makes the file: 20 MiB of leads, the same each time.
const BEGIN: &str = r#"
    const [stopAt, breaks, done] = arguments;
    const form = document.querySelector("form[data-resumable]");
    const line = "Company,company@example.com,Utrecht\n";
    const text = "name,email,city\n" + line.repeat(Math.ceil((20 << 20) / line.length));
    const file = new File([text], "many.csv", { type: "text/csv", lastModified: 1 });
    const seen = [];
    const stop = new AbortController();
    const onprogress = (bytes) => {
        seen.push(bytes);
        if (stopAt && bytes > stopAt) stop.abort(new Error("stopped"));
    };
    const original = XMLHttpRequest.prototype.send;
    let broken = breaks;
    XMLHttpRequest.prototype.send = function (body) {
        original.call(this, body);
        if (body && broken-- > 0) setTimeout(() => this.abort(), 20);
    };
    const csrf = form.elements._csrf.value;
    import(form.dataset.resumable)
        .then(({ upload }) => upload(file, { url: "/uploads", csrf, onprogress, signal: stop.signal }))
        .then((id) => done({ id }), (error) => done({ error: String(error.message ?? error) }))
        .finally(() => { XMLHttpRequest.prototype.send = original; });
    window.seen = seen;
    window.size = file.size;
"#;

async fn send(visitor: &Visitor, stop_at: u64, breaks: u32) -> Value {
    let arguments = vec![json!(stop_at), json!(breaks)];
    let ended = visitor.client.execute_async(BEGIN, arguments).await;
    ended.expect("the script ends")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_goes_on_after_breaks_and_a_reload() {
    let program = program().started();
    let visitor = Visitor::of(&program, "resumable").await;
    visitor
        .register("Northern Boats", "ada@resumable.example.com")
        .await;
    let campaign = visitor.campaign("Harbours of Europe").await;
    visitor.open(&format!("{campaign}/import")).await;

    let stopped = send(&visitor, 9 << 20, 0).await;
    assert_eq!(stopped["error"], "stopped", "{stopped}");
    // Another page knows of the first piece; what breaks after that costs no more than a piece.
    visitor.open(&format!("{campaign}/import")).await;
    let sent = send(&visitor, 0, 3).await;
    let id = sent["id"].as_str().unwrap_or_else(|| panic!("{sent}"));
    let first = visitor.run("return window.seen[0]").await;
    assert!(first.as_u64() >= Some(8 << 20), "it began at {first}");
    let is_whole = visitor.run("return window.seen.at(-1) === window.size");
    assert_eq!(is_whole.await, true);
    let is_forgotten = visitor.run("return Object.keys(localStorage).length");
    assert_eq!(is_forgotten.await, 0);
    visitor.open(&format!("{campaign}/import/{id}")).await;
    visitor.sees("Utrecht").await;

    // What the server refuses is said in its words.
    let refused = "
        const [done] = arguments;
        const form = document.querySelector('form[data-resumable]');
        import(form.dataset.resumable)
            .then(({ upload }) => upload(new File(['x'], 'a.exe'), { url: '/uploads', csrf: form.elements._csrf.value }))
            .then(done, (error) => done(error.message));";
    visitor.open(&format!("{campaign}/import")).await;
    let words = visitor.client.execute_async(refused, Vec::new()).await;
    let words = words.expect("the script ends");
    let words = words.as_str().unwrap_or_default();
    assert!(words.starts_with("File must be CSV or Excel"), "{words}");
}
