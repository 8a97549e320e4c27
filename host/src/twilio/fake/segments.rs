//! The fake's own bill: how many segments a text takes.
//!
//! Written apart from `core`, from 3GPP TS 23.038 and 23.040, and it stays apart: a bill that
//! asked the module would agree with it also where the module is wrong.

const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// The segments that a text is billed as, at least one.
pub(super) fn billed(text: &str) -> usize {
    let septets: Option<Vec<usize>> = text.chars().map(septets_of).collect();
    match septets {
        Some(septets) => fill(&septets, 160, 153),
        None => {
            let units: Vec<usize> = text.chars().map(char::len_utf16).collect();
            fill(&units, 70, 67)
        }
    }
}

fn septets_of(character: char) -> Option<usize> {
    if BASIC.contains(character) {
        Some(1)
    } else if EXTENSION.contains(character) {
        Some(2)
    } else {
        None
    }
}

/// Lays characters into segments, none of them split.
fn fill(sizes: &[usize], alone: usize, joined: usize) -> usize {
    if sizes.iter().sum::<usize>() <= alone {
        return 1;
    }
    let (mut segments, mut used) = (1, 0);
    for size in sizes {
        if used + size > joined {
            segments += 1;
            used = 0;
        }
        used += size;
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bill_follows_the_standard() {
        assert_eq!(BASIC.chars().count() + EXTENSION.chars().count(), 137);
        assert_eq!(billed(""), 1);
        assert_eq!((billed(&"a".repeat(160)), billed(&"a".repeat(161))), (1, 2));
        assert_eq!((billed(&"é".repeat(160)), billed(&"ê".repeat(71))), (1, 2));
        assert_eq!(billed(&format!("{}€{}", "a".repeat(152), "a".repeat(152))), 3);
        assert_eq!((billed(&"]".repeat(153)), billed(&"👋".repeat(67))), (3, 3));
        assert_eq!(billed(&"👋".repeat(36)), 2);
    }
}
