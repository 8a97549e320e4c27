//! What holds of every text, tried on generated ones: the rules of PRODUCT and ENCODING in general
//! form. Single cases and their exact answers stand in `tests/corpus`.

mod growth;
mod keyword;
mod pattern;
mod render;
mod segment;
mod template;
mod texts;

use proptest::test_runner::Config;

/// Cases of each property: a few seconds for all of them in a debug build.
fn cases(cases: u32) -> Config {
    // A failing text belongs into the corpus, not into a file of seeds.
    Config { cases, failure_persistence: None, ..Config::default() }
}
