//! Memory does not grow with the file. Alone in its process, since it looks at the process.
#![cfg(target_os = "linux")]

use std::io::{BufWriter, Write};

use tables::{Options, Row, Step};

/// Bytes of the file; half the memory that is allowed would not hold it.
const FILE_BYTES: usize = 200 << 20;
/// What the process may take at its peak, in KiB.
const PEAK_KIB_MAX: u64 = 60 << 10;

#[test]
fn two_hundred_megabytes_are_read_in_constant_memory() {
    let line = "Some Company Ltd,info@some.example,\"12 Long Street, Town\",+44 20 7946 0000,https://some.example,note\n";
    let mut file = BufWriter::new(tempfile::tempfile().unwrap());
    file.write_all(b"name,email,address,phone,website,description\n")
        .unwrap();
    let count = FILE_BYTES / line.len();
    for _ in 0..count / 2 {
        file.write_all(line.as_bytes()).unwrap();
    }
    // In the middle, a quote that is never closed: from here everything is read twice.
    file.write_all(b"x,\"y\n").unwrap();
    for _ in 0..count / 2 {
        file.write_all(line.replace('"', "").as_bytes()).unwrap();
    }
    let file = file.into_inner().unwrap();
    let mut table = tables::open_file(file, "large.csv", &Options::default()).unwrap();
    let (mut row, mut rows, mut problems) = (Row::new(), 0, 0);
    loop {
        match table.rows().read(&mut row).unwrap() {
            Step::Row => rows += 1,
            Step::Problem(_) => problems += 1,
            Step::End => break,
        }
    }
    assert_eq!((rows, problems), (count / 2 * 2, 1));
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let peak_kib: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak_kib < PEAK_KIB_MAX, "peak {peak_kib} KiB");
}
