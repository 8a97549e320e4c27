//! Which tokens are the same: a kind and a name, however often they occur.

use alloc::vec::Vec;

use crate::{Token, sort};

/// For each token, the place of the first one with its kind and name.
pub(crate) fn firsts(tokens: &[Token<'_>]) -> Vec<usize> {
    let same =
        |a: usize, b: usize| (tokens[a].kind, tokens[a].name) == (tokens[b].kind, tokens[b].name);
    if tokens.len() <= FEW {
        let first = |at| (0..at).find(|&before| same(before, at)).unwrap_or(at);
        return (0..tokens.len()).map(first).collect();
    }
    // Neighbours in this order are the same tokens, in the order in which they occur.
    let mut order: Vec<usize> = (0..tokens.len()).collect();
    let mut firsts = order.clone();
    sort(&mut order, |&a, &b| (tokens[a].kind, tokens[a].name) > (tokens[b].kind, tokens[b].name));
    for pair in order.windows(2) {
        if same(pair[0], pair[1]) {
            firsts[pair[1]] = firsts[pair[0]];
        }
    }
    firsts
}

/// Tokens that are compared one with each other: for so many that is quicker than to sort them.
const FEW: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    #[test]
    fn a_token_is_found_again_among_few_and_among_many() {
        for times in [1, FEW] {
            let body = "${a}{{tn:a}}${b}${a}".repeat(times);
            let parsed = parse(&body);
            let found = firsts(parsed.template.tokens());
            let expected = (0..4 * times).map(|at| if at % 4 == 3 { 0 } else { at % 4 });
            assert_eq!(found, expected.collect::<Vec<_>>(), "{body}");
        }
    }
}
