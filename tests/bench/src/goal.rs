//! What a row is to reach, and whether it does. The first contender is Verbatim's.

use verbatim_tests::bench::shown;

use crate::timing::Measured;

/// A goal; times are in nanoseconds.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// So many times as fast as the fastest peer.
    TimesTheFastestPeer(f64),
    /// So many times as fast as this peer.
    TimesFasterThan(f64, &'static str),
    /// At most so many times this peer's median.
    AtMostTimes(f64, &'static str),
    /// Every contender under so many nanoseconds.
    AllUnder(f64),
    /// This contender under so many.
    Under(f64, &'static str),
    /// From 1,000 characters on, each character takes as long as any.
    Linear,
}

/// Named in a row, and no peer: no engine could do better by much.
pub const BY_HAND: &str = "by hand";

/// A line may bend by so much: caches end.
const BEND: f64 = 1.5;

impl Goal {
    /// In words, and whether it is reached.
    pub fn judge(self, measured: &[Measured]) -> (String, bool) {
        let of = |name: &str| {
            let found = measured.iter().find(|one| one.name == name);
            found.map_or(f64::NAN, |one| one.time.median)
        };
        let ours = measured.first().map_or(f64::NAN, |one| one.time.median);
        match self {
            Self::TimesTheFastestPeer(times) => {
                let peers = measured.iter().skip(1).filter(|one| one.name != BY_HAND);
                let fastest = peers.map(|one| one.time.median).fold(f64::INFINITY, f64::min);
                let reached = fastest / ours;
                (format!("{times} times the fastest peer: {reached:.2}"), reached >= times)
            }
            Self::TimesFasterThan(times, peer) => {
                let reached = of(peer) / ours;
                (format!("{times} times {peer}: {reached:.0}"), reached >= times)
            }
            Self::AtMostTimes(times, peer) => {
                let reached = ours / of(peer);
                (format!("at most {times} times {peer}'s time: {reached:.2}"), reached <= times)
            }
            Self::AllUnder(nanos) => {
                let slowest = measured.iter().map(|one| one.time.median).fold(0.0, f64::max);
                (format!("under {}: {}", shown(nanos), shown(slowest)), slowest < nanos)
            }
            Self::Under(nanos, name) => {
                let reached = of(name);
                let goal = format!("{name} under {}: {}", shown(nanos), shown(reached));
                (goal, reached < nanos)
            }
            Self::Linear => {
                let per = |one: &Measured| {
                    let size = one.name.split(' ').next().and_then(|size| size.parse().ok());
                    one.time.median / size.unwrap_or(f64::NAN)
                };
                let (least, most) = measured
                    .iter()
                    .skip(1)
                    .map(per)
                    .fold((f64::INFINITY, 0.0), |(least, most), one| {
                        (f64::min(least, one), f64::max(most, one))
                    });
                (format!("linear: {least:.2} to {most:.2} ns a character"), most / least <= BEND)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timing::Time;

    fn measured(all: &[(&str, f64)]) -> Vec<Measured> {
        let one = |&(name, nanos): &(&str, f64)| Measured {
            name: name.to_owned(),
            time: Time::of(vec![nanos]),
        };
        all.iter().map(one).collect()
    }

    #[test]
    fn a_goal_is_reached_at_its_border_and_missed_beyond() {
        let row = measured(&[("verbatim", 10.0), ("a", 30.0), ("b", 20.0), (BY_HAND, 5.0)]);
        let reached = |goal: Goal| goal.judge(&row).1;
        assert!(reached(Goal::TimesTheFastestPeer(2.0)));
        assert!(!reached(Goal::TimesTheFastestPeer(2.1)));
        assert!(reached(Goal::TimesFasterThan(3.0, "a")));
        assert!(!reached(Goal::TimesFasterThan(3.1, "a")));
        assert!(reached(Goal::AtMostTimes(0.5, "b")));
        assert!(!reached(Goal::AtMostTimes(0.4, "b")));
        assert!(reached(Goal::Under(10.1, "verbatim")));
        assert!(!reached(Goal::Under(10.0, "verbatim")));
        assert!(!reached(Goal::AllUnder(30.0)));
        assert!(!reached(Goal::Under(10.1, "nobody")), "what was not measured reaches nothing");
    }

    #[test]
    fn a_bent_line_is_not_linear() {
        let line = [("100 c", 900.0), ("1000 c", 1_000.0), ("10000 c", 11_000.0)];
        assert!(Goal::Linear.judge(&measured(&line)).1);
        let bent = [("100 c", 100.0), ("1000 c", 1_000.0), ("10000 c", 20_000.0)];
        assert!(!Goal::Linear.judge(&measured(&bent)).1);
    }
}
