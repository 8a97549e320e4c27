use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;
use verbatim_core::alphabet::septets;
use verbatim_core::{Encoding, Policy, count, forcing, segments};

use crate::cases;
use crate::texts::{message, utf16_slice};

const POLICIES: [Policy; 2] = [Policy::Standard, Policy::Graphemes];

/// ENCODING word by word, the slow way: units of each segment.
fn by_the_book(text: &str, policy: Policy) -> (Encoding, Vec<usize>) {
    let gsm = text.chars().all(|c| septets(c).is_some());
    let size = |c: char| match gsm {
        true => septets(c).map_or(0, usize::from),
        false => c.len_utf16(),
    };
    let (encoding, single, several) =
        if gsm { (Encoding::Gsm7, 160, 153) } else { (Encoding::Ucs2, 70, 67) };
    let units: usize = text.chars().map(size).sum();
    if units <= single {
        return (encoding, vec![units]);
    }
    let mut filled = vec![0];
    for cluster in text.graphemes(true) {
        let sizes: Vec<usize> = cluster.chars().map(size).collect();
        let whole: usize = sizes.iter().sum();
        let kept = match policy {
            Policy::Graphemes if whole <= several => vec![whole],
            Policy::Graphemes | Policy::Standard => sizes,
        };
        for atom in kept {
            match filled.last_mut() {
                Some(last) if *last + atom <= several => *last += atom,
                _ => filled.push(atom),
            }
        }
    }
    (encoding, filled)
}

proptest! {
    #![proptest_config(cases(600))]

    #[test]
    fn the_count_is_that_of_the_book_and_the_sum_of_its_segments(text in message()) {
        for policy in POLICIES {
            let all = segments(&text, policy);
            let (encoding, filled) = by_the_book(&text, policy);
            prop_assert_eq!(all.count.encoding, encoding);
            prop_assert_eq!(&all.segment_units, &filled);
            prop_assert_eq!(all.count.segments, filled.len());
            prop_assert_eq!(all.count.units, filled.iter().sum::<usize>());
            let limit =
                if filled.len() == 1 { encoding.single() } else { encoding.concatenated() };
            prop_assert!(filled.iter().all(|&units| units <= limit));
            prop_assert_eq!(Some(all.count.remaining), filled.last().map(|last| limit - last));
            prop_assert_eq!(count(&text, policy), all.count);
        }
    }

    #[test]
    fn keeping_graphemes_whole_never_takes_fewer_segments(text in message()) {
        let [standard, graphemes] = POLICIES.map(|policy| count(&text, policy));
        prop_assert!(standard.segments <= graphemes.segments);
        prop_assert_eq!(standard.units, graphemes.units);
    }

    #[test]
    fn one_character_more_never_costs_less(text in message(), more in any::<char>()) {
        let before = count(&text, Policy::Standard);
        let after = count(&format!("{text}{more}"), Policy::Standard);
        prop_assert!(before.segments <= after.segments);
    }

    #[test]
    fn what_forces_ucs2_is_found_in_its_place(text in message()) {
        let mut found = 0;
        let mut last = 0;
        for one in forcing(&text) {
            let [from, to] = one.range.bytes;
            prop_assert!(last <= from && from < to);
            prop_assert_eq!(&text[from..to], &one.char);
            prop_assert_eq!(utf16_slice(&text, one.range.utf16), Some(one.char.clone()));
            // A mark may take the letter before it along, and that letter is in the alphabet.
            let forced = one.char.chars().filter(|&c| septets(c).is_none()).count();
            prop_assert_eq!(forced, 1, "{:?}", one.char);
            prop_assert_ne!(Some(&one.char), one.replacement.as_ref());
            (found, last) = (found + 1, to);
        }
        prop_assert_eq!(found, text.chars().filter(|&c| septets(c).is_none()).count());
        let all = segments(&text, Policy::Standard);
        prop_assert_eq!(all.forcing_total, found);
        prop_assert_eq!(all.count.encoding == Encoding::Ucs2, found > 0);
    }
}
