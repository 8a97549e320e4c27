//! What the engines made of the cases: how many hold on each, and those that do not.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::Duration;

use crate::engine::{ENGINES, Form};
use verbatim_tests::corpus::{Answer, Case};

/// What the engines made of the cases.
pub(crate) struct Report {
    cases: usize,
    engines: Vec<Engine>,
}

#[derive(Default)]
struct Engine {
    name: &'static str,
    same: usize,
    /// Cases that cannot be put to it in its form.
    unasked: usize,
    took: Duration,
    wrong: Vec<String>,
}

/// What an engine answered, or why it cannot be had; and how long it took, compiling included.
pub(crate) type Answers = (Result<Vec<Option<Answer>>, String>, Duration);

impl Report {
    /// Compares the answers of [`ENGINES`], in their order.
    pub(crate) fn new(cases: &[Case], answers: &[Answers]) -> Self {
        let judged = |(engine, (answers, took)): (&crate::engine::Engine, &Answers)| {
            let mut found = Engine { name: engine.name, took: *took, ..Engine::default() };
            match answers {
                Ok(answers) => {
                    for (case, answer) in cases.iter().zip(answers) {
                        found.judge(case, answer.as_ref(), engine.puts);
                    }
                }
                Err(why) => found.wrong.push(why.clone()),
            }
            found
        };
        Self { cases: cases.len(), engines: ENGINES.iter().zip(answers).map(judged).collect() }
    }

    pub(crate) fn holds(&self) -> bool {
        self.engines.iter().all(|engine| engine.wrong.is_empty())
    }

    /// Prints it past the test harness, which shows only what a failed test prints.
    pub(crate) fn show(&self) {
        let same: usize = self.engines.iter().map(|engine| engine.same).sum();
        let (cases, engines) = (self.cases, self.engines.len());
        let mut text = format!("{cases} cases × {engines} engines: {same} answers as expected\n");
        for Engine { name, same, unasked, took, wrong } in &self.engines {
            let (wrong, took) = (wrong.len(), took.as_secs_f32());
            writeln!(
                text,
                "  {name:<32}{same:>5} same, {wrong} not, {unasked} not to be put to it, {took:.1} s"
            )
            .expect("a string takes all");
        }
        // Nobody may be listening; the test's outcome does not depend on it.
        let _ = io::stdout().write_all(text.as_bytes());
    }

    pub(crate) fn wrong(&self) -> String {
        let shown = |engine: &Engine| {
            let (name, number) = (engine.name, engine.wrong.len());
            let wrong: Vec<_> = engine.wrong.iter().take(10).map(String::as_str).collect();
            format!("{name}: {number} of {}\n\n{}", self.cases, wrong.join("\n\n"))
        };
        let engines = self.engines.iter().filter(|engine| !engine.wrong.is_empty());
        engines.map(shown).collect::<Vec<_>>().join("\n\n")
    }
}

impl Engine {
    fn judge(&mut self, case: &Case, answer: Option<&Answer>, form: Form) {
        if form.cannot_put(case) {
            self.unasked += 1;
        } else if answer == Some(&case.expected) {
            self.same += 1;
        } else {
            let found = answer.map_or_else(|| String::from("nothing"), shown);
            self.wrong.push(format!(
                "{}\n   asked {}\nexpected {}\n   found {found}",
                case.name,
                short(&case.request),
                shown(&case.expected),
            ));
        }
    }
}

fn shown(answer: &Answer) -> String {
    format!("{} {}", short(&answer.response), answer.intents.join(" "))
}

/// As much of a text as helps to see what is wrong with it.
fn short(bytes: &[u8]) -> String {
    const SHOWN: usize = 2000;
    let text = String::from_utf8_lossy(bytes);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], bytes.len()),
        None => text.into_owned(),
    }
}
