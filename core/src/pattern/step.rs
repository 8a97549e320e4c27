//! What a compiled pattern is made of, and how it is tried on a word: all ways through the steps
//! are walked side by side, one character at a time (K. Thompson, "Regular Expression Search
//! Algorithm", 1968). There is no way back, so the work is at most steps times characters.

use alloc::vec;
use alloc::vec::Vec;
use core::mem;

/// A step. One that takes a character leads to the step behind it; a pattern has matched when it
/// leads past the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Takes a character from the first code point to the last, ASCII case aside.
    Range(u32, u32),
    /// Takes a character that is in one of the next so many ranges, or, negated, in none of them.
    /// The ranges are steps too, so that a limit of steps is one of time.
    Set {
        /// How many.
        ranges: usize,
        /// `[^…]`.
        negated: bool,
    },
    /// Leads to the next step and to the one so far ahead.
    Either(usize),
    /// Leads to the next step and to the one so far back.
    Again(usize),
    /// Leads to the step so far ahead.
    Skip(usize),
    /// Leads on where the word begins.
    Start,
    /// Leads on where the word ends.
    End,
}

/// Whether the steps take the whole of `word`.
pub(super) fn matches(steps: &[Step], word: &str) -> bool {
    let (mut now, mut next) = (Reached::none_of(steps), Reached::none_of(steps));
    let mut rest = word.chars();
    now.add(0);
    let mut first = true;
    loop {
        let taken = rest.next();
        let takes =
            |from, ranges, negated| taken.is_some_and(|c| is_in(steps, from, ranges, c) != negated);
        let mut done = 0;
        // It grows while it is walked.
        while let Some(&at) = now.list.get(done) {
            done += 1;
            let Some(&step) = steps.get(at) else {
                if taken.is_none() {
                    return true;
                }
                continue;
            };
            match step {
                Step::Range(..) if takes(at, 1, false) => next.add(at + 1),
                Step::Set { ranges, negated } if takes(at + 1, ranges, negated) => {
                    next.add(at + 1 + ranges);
                }
                Step::Either(ahead) => {
                    now.add(at + 1);
                    now.add(at + ahead);
                }
                Step::Again(back) => {
                    now.add(at + 1);
                    now.add(at.saturating_sub(back));
                }
                Step::Skip(ahead) => now.add(at + ahead),
                Step::Start if first => now.add(at + 1),
                Step::End if taken.is_none() => now.add(at + 1),
                Step::Range(..) | Step::Set { .. } | Step::Start | Step::End => {}
            }
        }
        if taken.is_none() || next.list.is_empty() {
            return false;
        }
        first = false;
        now.clear();
        mem::swap(&mut now, &mut next);
    }
}

/// Whether one of the `count` ranges from `at` holds `c`. A range holds both cases of a letter if
/// it holds one of them.
fn is_in(steps: &[Step], at: usize, count: usize, c: char) -> bool {
    let cases = [u32::from(c.to_ascii_lowercase()), u32::from(c.to_ascii_uppercase())];
    steps.iter().skip(at).take(count).any(|step| {
        let holds =
            |case: &u32| matches!(step, Step::Range(from, to) if from <= case && case <= to);
        cases.iter().any(holds)
    })
}

/// The steps that were reached, each once.
struct Reached {
    list: Vec<usize>,
    /// By step, the place past the last one included.
    listed: Vec<bool>,
}

impl Reached {
    fn none_of(steps: &[Step]) -> Self {
        Self { list: Vec::new(), listed: vec![false; steps.len() + 1] }
    }

    fn add(&mut self, step: usize) {
        if let Some(listed) = self.listed.get_mut(step)
            && !*listed
        {
            *listed = true;
            self.list.push(step);
        }
    }

    fn clear(&mut self) {
        self.list.clear();
        self.listed.fill(false);
    }
}
