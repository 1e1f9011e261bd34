//! Memory stays bounded however large the file is (I10).

use testkit::Program;

use crate::world::{Company, ENGINES, running};

const FILE_BYTES: usize = 100 << 20;
const ROW_TEXT_BYTES: usize = 2_500;
/// Generous: the file is five times as large as what the program may add to its idle size.
const RESIDENT_BYTES_MAX: u64 = 200 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_100_mb_passes_through_little_memory() {
    let about = "Makes and repairs wooden boats. ".repeat(ROW_TEXT_BYTES / 32);
    let mut file = String::with_capacity(FILE_BYTES + 2 * ROW_TEXT_BYTES);
    file.push_str("name,about\n");
    let mut rows: u32 = 0;
    while file.len() < FILE_BYTES {
        rows += 1;
        file.push_str(&format!("Company {rows},{about}\n"));
    }
    for engine in ENGINES {
        let program: Program = running(engine).await;
        let company = Company::register(&program, "heavy").await;
        let campaign = company.campaign("hundred").await;
        let answer = company
            .upload(&campaign, file.as_bytes())
            .send()
            .await
            .expect_status(201);
        assert_eq!(answer.json()["stats"]["leads_created"], rows, "{engine:?}");
        company.assert_counts(&campaign, i64::from(rows)).await;
        let most = program.resident_bytes_max();
        assert!(most < RESIDENT_BYTES_MAX, "{engine:?}: {} MiB", most >> 20);
    }
}
