//! README's table of times is what the record of the last measurement renders to.

use std::fs;
use std::path::Path;

use verbatim_tests::bench::{REASONS, Record, in_readme};

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

fn record() -> Record {
    serde_json::from_str(&read("bench/record.json")).unwrap()
}

#[test]
fn the_table_in_readme_is_the_one_that_the_record_renders_to() {
    let readme = read("../README.md");
    let expected = in_readme(&readme, &record().markdown()).expect("README has a place for it");
    assert!(readme == expected, "README's table is not the record's: cargo xtask bench --write");
}

#[test]
fn every_row_reaches_its_goal_or_says_why_not() {
    let objections = record().objections(REASONS);
    assert!(objections.is_empty(), "{}", objections.join("\n"));
}
