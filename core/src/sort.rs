//! One stable sort for everything that is sorted here. Each of the standard library's, one for
//! every type, is 5 kB of a module that is loaded by every page; this is less than one, and takes
//! as many comparisons.

use alloc::vec::Vec;

/// Sorts `list` so that `after` is true of no neighbours; equal items stay in their order.
pub fn sort<T>(list: &mut [T], after: impl Fn(&T, &T) -> bool) {
    if !list.windows(2).any(|pair| after(&pair[0], &pair[1])) {
        return;
    }
    let mut places = places(list.len(), &|a, b| after(&list[a], &list[b]));
    for at in 0..list.len() {
        // Each swap brings one item to its place for good.
        while places[at] != at {
            let place = places[at];
            list.swap(at, place);
            places.swap(at, place);
        }
    }
}

/// Where each of `count` items goes: a merge sort of their numbers, from runs of one item up.
fn places(count: usize, after: &dyn Fn(usize, usize) -> bool) -> Vec<usize> {
    let mut sorted: Vec<usize> = (0..count).collect();
    let mut merged = sorted.clone();
    let mut run = 1;
    while run < count {
        let mut from = 0;
        while from < count {
            let middle = (from + run).min(count);
            let to = (middle + run).min(count);
            let (mut left, mut right) = (from, middle);
            for slot in &mut merged[from..to] {
                let takes_right =
                    left == middle || (right < to && after(sorted[left], sorted[right]));
                let taken = if takes_right { &mut right } else { &mut left };
                *slot = sorted[*taken];
                *taken += 1;
            }
            from = to;
        }
        core::mem::swap(&mut sorted, &mut merged);
        run *= 2;
    }
    for (place, &item) in sorted.iter().enumerate() {
        merged[item] = place;
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_sorts_as_the_standard_library_does(keys in prop::collection::vec(0_u8..20, 0..200)) {
            let mut found: Vec<_> = keys.iter().copied().enumerate().collect();
            let mut expected = found.clone();
            sort(&mut found, |a, b| a.1 > b.1);
            expected.sort_by_key(|&(_, key)| key);
            prop_assert_eq!(found, expected);
        }
    }
}
