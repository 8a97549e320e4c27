//! How many tests passed and failed, read from the closing lines of each runner.

use std::ops::AddAssign;

/// A test runner, by the lines with which it closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runner {
    /// `test result: ok. 12 passed; 0 failed; 0 ignored; …`, once for each binary.
    Cargo,
    /// `  12 passed (3.4s)` and `  1 failed`, each on a line of its own.
    Playwright,
    /// `# pass 12` and `# fail 0`: Node's own runner, reporting in TAP.
    Node,
    /// `      Tests  1 failed | 12 passed (13)`.
    Vitest,
    /// `1 failed, 12 passed, 1 error in 3.45s`.
    Pytest,
}

/// Tests that passed and failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Count {
    pub(crate) const fn total(self) -> u64 {
        self.passed + self.failed
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, more: Self) {
        self.passed += more.passed;
        self.failed += more.failed;
    }
}

impl Runner {
    /// What one line of output adds to the count.
    pub(crate) fn count(self, line: &str) -> Count {
        let line = plain(line);
        let line = line.trim();
        match self {
            Self::Cargo => line.strip_prefix("test result: ").map(numbers).unwrap_or_default(),
            Self::Vitest => line
                .strip_prefix("Tests ")
                .map(|rest| numbers(rest.split(" (").next().unwrap_or(rest)))
                .unwrap_or_default(),
            Self::Pytest => match line.trim_matches(['=', ' ']).split_once(" in ") {
                Some((counts, time)) if time.starts_with(|c: char| c.is_ascii_digit()) => {
                    numbers(counts)
                }
                Some(_) | None => Count::default(),
            },
            Self::Playwright => {
                let words: Vec<_> = line.split_whitespace().collect();
                match words[..] {
                    [number, "passed", time] if time.starts_with('(') => passed(number),
                    [number, "passed" | "flaky"] => passed(number),
                    [number, "failed" | "interrupted"] => failed(number),
                    _ => Count::default(),
                }
            }
            Self::Node => match line.split_whitespace().collect::<Vec<_>>()[..] {
                ["#", "pass", number] => passed(number),
                ["#", "fail" | "cancelled", number] => failed(number),
                _ => Count::default(),
            },
        }
    }
}

/// `12 passed`, `1 failed` and `1 error` anywhere in a line.
fn numbers(line: &str) -> Count {
    let words: Vec<_> =
        line.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut count = Count::default();
    for pair in words.windows(2) {
        count += match pair {
            [number, "passed"] => passed(number),
            [number, "failed" | "error" | "errors"] => failed(number),
            _ => Count::default(),
        };
    }
    count
}

fn passed(number: &str) -> Count {
    Count { passed: number.parse().unwrap_or(0), failed: 0 }
}

fn failed(number: &str) -> Count {
    Count { passed: 0, failed: number.parse().unwrap_or(0) }
}

/// The line without colours (`ESC [ … m`), which `FORCE_COLOR` brings even into a pipe.
fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\u{1B}[") {
        text.push_str(before);
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        rest = rest.get(1..).unwrap_or_default();
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(runner: Runner, output: &str, passed: u64, failed: u64) {
        let mut count = Count::default();
        output.lines().for_each(|line| count += runner.count(line));
        assert_eq!(count, Count { passed, failed }, "{output}");
    }

    #[test]
    fn each_binary_of_cargo_test_counts() {
        let output = "running 3 tests\ntest a ... ok\n\
            test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; \
            finished in 0.02s\n\
            test result: FAILED. 10 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out";
        check(Runner::Cargo, output, 13, 2);
        check(Runner::Cargo, "error: could not compile, 12 failed", 0, 0);
    }

    #[test]
    fn playwright_counts_with_and_without_failures() {
        check(Runner::Playwright, "Running 4 tests using 1 worker\n\n  4 passed (3.4s)", 4, 0);
        let output = "  1 failed\n    [chromium] › a.spec.ts:3:1 › 2 failed\n  1 flaky\n  \
            2 skipped\n  3 passed (1.2m)";
        check(Runner::Playwright, output, 4, 1);
    }

    #[test]
    fn nodes_runner_counts_by_its_tap() {
        let output = "# tests 7\n# suites 0\n# pass 5\n# fail 1\n# cancelled 1\n# skipped 0";
        check(Runner::Node, output, 5, 2);
    }

    #[test]
    fn vitest_counts_tests_and_not_files() {
        let output = " Test Files  1 failed | 3 passed (4)\n      Tests  2 failed | 40 passed (42)";
        check(Runner::Vitest, output, 40, 2);
        check(Runner::Vitest, "      Tests  40 passed (40)", 40, 0);
    }

    #[test]
    fn pytest_counts_errors_of_fixtures_as_failures() {
        check(Runner::Pytest, "....  [100%]\n4 passed in 12.54s", 4, 0);
        let output =
            "E   3 passed in vain\n==== 1 failed, 12 passed, 2 errors in 83.45s (0:01:23) ====";
        check(Runner::Pytest, output, 12, 3);
        check(Runner::Pytest, "no tests ran in 0.01s", 0, 0);
    }

    #[test]
    fn colours_do_not_hide_a_count() {
        let line = "\u{1B}[2m      Tests \u{1B}[22m \u{1B}[1;32m40 passed\u{1B}[39m (40)";
        check(Runner::Vitest, line, 40, 0);
    }
}
