//! How it measures. All contenders of a row run in one process, in turns: a round times one batch
//! of each, and every round begins with another contender, so that a busy machine or a hot one
//! is shared by all. A batch is as many calls as take [`BATCH`]; before the first round each
//! contender warms up for as long as its calibration takes. What a call gives is consumed by
//! `black_box`, what it is given passes through it. Told are the median over all rounds, the
//! quartiles as its spread, and the ratio of two medians: one slow batch moves neither.

use std::hint::black_box;
use std::time::{Duration, Instant};

pub use verbatim_tests::bench::{Measured, Time};

/// Long beside the clock's 30 ns, short beside a scheduler's slice.
const BATCH: Duration = Duration::from_micros(500);

/// One way to do what a row is about.
pub struct Contender<'a> {
    pub name: String,
    batch: Box<dyn FnMut(u64) + 'a>,
    /// What is done in one call.
    many: u64,
}

impl<'a> Contender<'a> {
    /// `call` is what is timed; what it gives is dropped inside the measured time.
    pub fn new<T>(name: impl Into<String>, mut call: impl FnMut() -> T + 'a) -> Self {
        let batch = move |calls| (0..calls).for_each(|_| drop(black_box(call())));
        Self { name: name.into(), batch: Box::new(batch), many: 1 }
    }

    /// The same of a call that does the work of `many`: told is the time of one.
    pub fn of_many<T>(name: impl Into<String>, many: u64, call: impl FnMut() -> T + 'a) -> Self {
        Self { many, ..Self::new(name, call) }
    }

    /// Calls it so many times.
    pub fn repeat(&mut self, calls: u64) {
        (self.batch)(calls);
    }

    fn time(&mut self, calls: u64) -> Duration {
        let begun = Instant::now();
        self.repeat(calls);
        begun.elapsed()
    }

    /// How many calls take [`BATCH`].
    fn calibrate(&mut self) -> u64 {
        let mut calls = 1;
        loop {
            let took = self.time(calls);
            if took >= BATCH {
                let nanos = took.as_nanos().max(1);
                let fit = u128::from(calls) * BATCH.as_nanos() / nanos;
                return u64::try_from(fit).unwrap_or(calls).max(1);
            }
            calls *= 2;
        }
    }
}

/// Times every contender in `rounds` rounds.
pub fn measure(contenders: Vec<Contender<'_>>, rounds: usize) -> Vec<Measured> {
    let mut running: Vec<_> = contenders
        .into_iter()
        .map(|mut contender| (contender.calibrate(), contender, Vec::with_capacity(rounds)))
        .collect();
    let count = running.len();
    for round in 0..rounds {
        for turn in 0..count {
            let (calls, contender, samples) = &mut running[(round + turn) % count];
            let done = *calls * contender.many;
            samples.push(contender.time(*calls).as_nanos() as f64 / done as f64);
        }
    }
    running
        .into_iter()
        .map(|(_, contender, samples)| Measured { name: contender.name, time: Time::of(samples) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_does_more_takes_longer() {
        let sum = |to: u64| move || (0..black_box(to)).map(black_box).sum::<u64>();
        let measured =
            measure(vec![Contender::new("much", sum(1000)), Contender::new("little", sum(10))], 9);
        assert!(measured[0].time.median > 10.0 * measured[1].time.median, "{measured:?}");
    }
}
