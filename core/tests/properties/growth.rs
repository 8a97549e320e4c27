//! What a hostile text costs grows with its length and no faster: a text takes about as long as its
//! sixteen parts, where a quadratic step would take sixteen times that. Other programs share the
//! machine: both sides are measured over the same stretch of time, in turn, the fastest runs count,
//! and a pair of them that is near enough ends the measurement.

use std::hint::black_box;
use std::time::{Duration, Instant};

use verbatim_core::{Draft, Policy, Rules, check, classify, count, parse, preview, segments};

/// First a size at which a quadratic step is a matter of seconds, then the one that is promised.
const SIZES: [usize; 2] = [64_000, 1_000_000];
const PARTS: usize = 16;
/// Between 1, linear, and 16, quadratic.
const ALLOWED: u32 = 5;
const RUNS: usize = 8;

/// Openers, near misses and braces that a body of 1 MB may be made of.
const HOSTILE: &[&str] = &[
    "${",
    "{{",
    "{{{",
    "${a",
    "{{entity:",
    "${a}",
    "{{entity:a}}",
    "{{a}}",
    "${a b}",
    "{",
    "$",
    "}}",
    "{{a:",
    "{{ ",
    "${\n",
    "{{entity:a}",
    "👋{{",
];

fn grows_linearly(what: &str, unit: &str, work: impl Fn(&str)) {
    for size in SIZES {
        let whole = unit.repeat(size / unit.len());
        let part = &whole[..whole.floor_char_boundary(size / PARTS)];
        let (parts, whole) = fastest(part, &whole, &work);
        assert!(
            whole < parts * ALLOWED,
            "{what} of {unit:?}: {whole:?} for {size} bytes, {parts:?} for its {PARTS} parts"
        );
    }
}

fn fastest(part: &str, whole: &str, work: impl Fn(&str)) -> (Duration, Duration) {
    let time = |text, times| {
        let begun = Instant::now();
        (0..times).for_each(|_| work(text));
        begun.elapsed()
    };
    let (mut parts, mut all) = (Duration::MAX, Duration::MAX);
    for _ in 0..RUNS {
        (parts, all) = (parts.min(time(part, PARTS)), all.min(time(whole, 1)));
        if all < parts * ALLOWED {
            break;
        }
    }
    (parts, all)
}

#[test]
fn a_megabyte_of_anything_is_parsed_in_linear_time() {
    for unit in HOSTILE {
        grows_linearly("parse", unit, |text| {
            black_box(parse(text));
        });
    }
}

#[test]
fn a_megabyte_of_anything_is_checked_and_previewed_in_linear_time() {
    for unit in ["${", "${a}", "{{a}}", "{{entity:a"] {
        grows_linearly("check", unit, |text| {
            let draft = Draft { title: Some(text), body: text, ..Draft::default() };
            black_box(check(&draft));
        });
        grows_linearly("preview", unit, |text| {
            black_box(preview(text, &(), Policy::Standard)).ok();
        });
    }
}

#[test]
fn a_megabyte_of_anything_is_counted_in_linear_time() {
    for unit in ["a", "]", "👋", "e\u{301}", "€a"] {
        grows_linearly("segments", unit, |text| {
            black_box(segments(text, Policy::Standard));
        });
    }
    for unit in ["\u{301}", "👩\u{200D}", "🇨"] {
        grows_linearly("segments by graphemes", unit, |text| {
            black_box(count(text, Policy::Graphemes));
        });
    }
}

#[test]
fn a_megabyte_of_anything_is_classified_in_linear_time() {
    for unit in ["stop", " ", "!", " !"] {
        grows_linearly("classify", unit, |text| {
            black_box(classify(text, &Rules::default()).trace().count());
        });
    }
}
