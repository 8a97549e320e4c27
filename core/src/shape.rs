//! How a piece of text moves through segments, without its letters: runs of characters of one
//! unit and of two. A pair that does not fit leaves a unit of its segment empty.
//!
//! Positions count units from the start of the message, the empty ones included, so that a
//! message of several segments has `position / limit` of them, rounded up. The end of a piece
//! grows with its start (a later start never ends earlier): the search for bounds rests on that.

use alloc::vec::Vec;

/// A piece of text in one encoding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shape {
    units: usize,
    /// Empty if no character takes two units.
    runs: Vec<Run>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Run {
    pairs: bool,
    count: usize,
}

impl Shape {
    /// The shape of characters of these sizes, one unit or two.
    pub(crate) fn of(sizes: impl Iterator<Item = usize>) -> Self {
        let mut shape = Self { units: 0, runs: Vec::new() };
        for size in sizes {
            shape.units += size;
            let pairs = size == 2;
            match shape.runs.last_mut() {
                Some(run) if run.pairs == pairs => run.count += 1,
                Some(_) => shape.runs.push(Run { pairs, count: 1 }),
                // What came before were single units: they become a run only now.
                None if pairs => {
                    if shape.units > 2 {
                        shape.runs.push(Run { pairs: false, count: shape.units - 2 });
                    }
                    shape.runs.push(Run { pairs, count: 1 });
                }
                None => {}
            }
        }
        shape
    }

    /// Units, the empty ones aside.
    pub(crate) const fn units(&self) -> usize {
        self.units
    }

    /// Whether a character takes two units.
    pub(crate) const fn has_pairs(&self) -> bool {
        !self.runs.is_empty()
    }

    /// Where it ends if it starts at `position`, in segments of `limit` units.
    pub(crate) fn end(&self, position: usize, limit: usize) -> usize {
        if self.runs.is_empty() {
            return position + self.units;
        }
        self.runs.iter().fold(position, |position, run| match run.pairs {
            false => position + run.count,
            true => pairs(position, run.count, limit),
        })
    }

    /// Where it ends if it is a single character that stands `times` times.
    pub(crate) fn end_repeated(&self, position: usize, times: usize, limit: usize) -> usize {
        match self.has_pairs() {
            true => pairs(position, times, limit),
            false => position + self.units * times,
        }
    }
}

/// Where `count` pairs end that start at `position`.
const fn pairs(position: usize, count: usize, limit: usize) -> usize {
    let used = position % limit;
    let fit = (limit - used) / 2;
    if count <= fit {
        return position + 2 * count;
    }
    let (border, count) = (position - used + limit, count - fit);
    let full = (count - 1) / (limit / 2);
    border + full * limit + 2 * (count - full * (limit / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Puts one character after the other, as `segment.rs` does.
    fn slowly(sizes: &[usize], start: usize, limit: usize) -> usize {
        sizes.iter().fold(start, |at, size| {
            let left = limit - at % limit;
            if *size > left { at + left + size } else { at + size }
        })
    }

    #[test]
    fn a_shape_ends_where_its_characters_do() {
        let texts: [&[usize]; 6] =
            [&[], &[1, 1], &[2, 2, 2, 2, 2, 2], &[1, 2], &[2, 1, 1, 2, 2], &[1, 2, 2, 2, 1, 2]];
        for sizes in texts {
            let shape = Shape::of(sizes.iter().copied());
            assert_eq!(shape.units(), sizes.iter().sum::<usize>());
            for limit in [3, 5, 7] {
                for start in 0..20 {
                    let end = shape.end(start, limit);
                    assert_eq!(end, slowly(sizes, start, limit), "{sizes:?} {start} {limit}");
                    // Each segment that leaves one empty holds `limit - 1` others.
                    let empty = shape.units() / (limit - 1) + usize::from(shape.has_pairs());
                    assert!(end <= start + shape.units() + empty);
                }
            }
        }
    }
}
