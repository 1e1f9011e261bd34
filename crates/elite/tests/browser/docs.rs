//! The explorers of the API, under their own policies and without a foreign host (FIX-51).

use testkit::Program;

use crate::main_job::program;
use crate::visitor::Visitor;

#[tokio::test(flavor = "multi_thread")]
async fn both_explorers_show_the_operations() {
    let program: Program = program().started();
    let visitor = Visitor::of(&program, "docs").await;
    for (path, name, closed) in [
        ("/docs", "swagger", Some("#operations-tag-Campaigns")),
        ("/redoc", "redoc", None),
    ] {
        visitor.open(path).await;
        visitor.sees("Elite Creatif API").await;
        if let Some(section) = closed {
            visitor.click(section).await;
        }
        visitor.sees("/api/v1/campaigns").await;
        visitor.picture(1280, name).await;
        visitor.assert_quiet(name).await;
        let foreign = visitor
            .run(
                "return performance.getEntriesByType('resource').map(entry => entry.name)
                    .filter(name => !name.startsWith(location.origin) && !/^(data|blob):/.test(name))",
            )
            .await;
        assert_eq!(foreign, serde_json::json!([]), "{name}");
    }
}
