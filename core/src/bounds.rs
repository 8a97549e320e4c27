//! The fewest and the most segments that any message of a template can take, with the values that
//! reach them: over all combinations, not an estimate.
//!
//! For one encoding, the end of a message grows with the end of each of its pieces ([`Shape`]),
//! so the best value of a token can be chosen piece by piece, from left to right. Three things
//! break that and are searched: the encoding (one choice may flip it, so each is tried, with a
//! flag for "forced"), tokens that occur twice (branch and bound), and the limit of 1,600
//! characters (by count of characters, only where it matters). A variant's attributes change
//! together, so each row is a search of its own.

use alloc::collections::VecDeque;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::ops::RangeInclusive;

use crate::alphabet::septets;
use crate::limits::MESSAGE_CHARS;
use crate::shape::Shape;
use crate::{Alphabet, Domain, Domains, Encoding, Kind, Policy, Row, Template, Token};

/// The bounds of `template`, or the tokens that have no domain, each once.
///
/// Under [`Policy::Graphemes`] a cluster may form across the end of a value, so that only bounds
/// from outside are given.
///
/// # Errors
/// The tokens that `domains` says nothing of.
pub fn bounds<'t, 'a>(
    template: &'t Template<'a>,
    domains: &Domains,
    policy: Policy,
) -> Result<Bounds, Vec<&'t Token<'a>>> {
    let mut unknown: Vec<&Token<'_>> = Vec::new();
    for token in template.tokens() {
        let known = match token.kind {
            Kind::Variant => !domains.rows.is_empty(),
            Kind::Entity | Kind::Variable | Kind::Translation => {
                domain(domains, token.kind, token.name).is_some()
            }
        };
        if !known && !unknown.iter().any(|one| one.kind == token.kind && one.name == token.name) {
            unknown.push(token);
        }
    }
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let mut exact = true;
    let mut search = |goal| {
        let mut found = Search::run(template, domains, goal, None);
        if found.too_long {
            found = Search::run(template, domains, goal, Some(MESSAGE_CHARS));
        }
        exact &= found.exact;
        found.best
    };
    let (min, max) = (search(Goal::Min), search(Goal::Max));
    let found = Bounds { exact, min, max };
    Ok(match policy {
        Policy::Standard => found,
        Policy::Graphemes => found.outside_of_graphemes(),
    })
}

/// The fewest and the most segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    /// Whether both are reached. Otherwise the search was cut short, no message takes fewer or
    /// more, and a bound without a witness may not be reached.
    pub exact: bool,
    /// The fewest; `None` if no message can be sent at all.
    pub min: Option<Extreme>,
    /// The most.
    pub max: Option<Extreme>,
}

impl Bounds {
    /// Keeping clusters whole never takes fewer segments. Nor does it take more than twice as many
    /// and one: what does not fit into one segment begins the next, so that any two neighbours
    /// together hold at least a segment's units. A message of one segment stays one.
    fn outside_of_graphemes(self) -> Self {
        let at_least = |one: Extreme| Extreme { witness: None, ..one };
        let at_most =
            |one: Extreme| Extreme { segments: 2 * one.segments + 1, witness: None, ..one };
        let single = self.max.as_ref().is_none_or(|max| max.segments <= 1);
        match single {
            true => self,
            false => Self { exact: false, min: self.min.map(at_least), max: self.max.map(at_most) },
        }
    }
}

/// A bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extreme {
    /// Segments.
    pub segments: usize,
    /// The encoding of the message that takes them.
    pub encoding: Encoding,
    /// The values that reach it.
    pub witness: Option<Witness>,
}

/// Values that reach a bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// The variant, if the template has attributes of variants.
    pub variant: Option<String>,
    /// Kind, name and value.
    pub values: Vec<(Kind, String, String)>,
}

/// Positions that a search may look at, over all rows and branches, before it is cut short: some
/// hundredths of a second.
const STEPS: usize = 500_000;

/// A limit that no message reaches: with it, positions are plain sums of units.
const UNLIMITED: usize = usize::MAX / 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goal {
    Min,
    Max,
}

impl Goal {
    const fn better(self, new: usize, old: usize) -> bool {
        match self {
            Self::Min => new < old,
            Self::Max => new > old,
        }
    }
}

pub(crate) fn domain<'d>(domains: &'d Domains, kind: Kind, name: &str) -> Option<&'d Domain> {
    let found = domains.tokens.iter().find(|(k, n, _)| *k == kind && n == name);
    found.map(|(_, _, domain)| domain)
}

struct Search {
    goal: Goal,
    /// Characters of a message, at most, if the search must look at them.
    cap: Option<usize>,
    /// A best message was too long to be sent: the search must look.
    too_long: bool,
    steps: usize,
    exact: bool,
    best: Option<Extreme>,
}

impl Search {
    /// Asks both encodings, and each variant. A variant that lacks an attribute says nothing: its
    /// message would be refused.
    fn run(template: &Template<'_>, domains: &Domains, goal: Goal, cap: Option<usize>) -> Self {
        let mut search = Self { goal, cap, too_long: false, steps: 0, exact: true, best: None };
        for encoding in [Encoding::Gsm7, Encoding::Ucs2] {
            let pieces = Pieces::new(template, domains, encoding, goal, cap);
            let Some(mut pieces) = pieces else { continue };
            if !pieces.has_attributes() {
                search.branch(&mut pieces, None, true);
                continue;
            }
            for row in &domains.rows {
                if pieces.set_row(row) {
                    search.branch(&mut pieces, Some(row), true);
                }
            }
        }
        search
    }

    const fn is_spent(&self) -> bool {
        self.steps > STEPS
    }

    fn improves(&self, segments: usize) -> bool {
        self.best.as_ref().is_none_or(|best| self.goal.better(segments, best.segments))
    }

    /// Solves with every occurrence of a token free; where that gives a repeated token two values,
    /// fixes it to each of its values in turn.
    fn branch(&mut self, pieces: &mut Pieces<'_>, row: Option<&Row>, root: bool) {
        // Nothing takes less than a segment: most searches for the fewest end here.
        if self.goal == Goal::Min && !self.improves(1) {
            return;
        }
        let Some((segments, picks)) = self.solve(pieces) else { return };
        if !self.improves(segments) {
            return;
        }
        let encoding = pieces.encoding;
        let Some(torn) = pieces.torn(&picks) else {
            self.too_long |= pieces.chars(&picks) > MESSAGE_CHARS;
            let witness = Some(pieces.witness(&picks, row));
            self.best = Some(Extreme { segments, encoding, witness });
            return;
        };
        for pick in pieces.slots[torn].picks() {
            pieces.slots[torn].fixed = Some(pick);
            self.branch(pieces, row, false);
            if self.is_spent() {
                break;
            }
        }
        pieces.slots[torn].fixed = None;
        if root && self.is_spent() && self.improves(segments) {
            // Cut short: what the free occurrences reach is a bound from outside.
            self.exact = false;
            self.best = Some(Extreme { segments, encoding, witness: None });
        }
    }

    /// The best count of segments and what each piece holds then.
    fn solve(&mut self, pieces: &Pieces<'_>) -> Option<(usize, Vec<Pick>)> {
        let (single, limit) = (pieces.encoding.single(), pieces.encoding.concatenated());
        let (position, by_position) = self.place(pieces, limit)?;
        if position <= single {
            return Some((1, by_position));
        }
        // Up to here a message crosses one border, where at most one unit stays empty: what ends
        // one unit too late may fit a single segment after all, and the units must tell.
        if position == single + 1 {
            let (units, by_units) = self.place(pieces, UNLIMITED)?;
            let segments = if units <= single { 1 } else { position.div_ceil(limit) };
            return Some((segments, by_units));
        }
        Some((position.div_ceil(limit), by_position))
    }

    /// The best end position with segments of `limit` units, and what each piece holds then.
    fn place(&mut self, pieces: &Pieces<'_>, limit: usize) -> Option<(usize, Vec<Pick>)> {
        let buckets = self.cap.map_or(1, |cap| cap + 1);
        let mut now = Layer::empty(buckets);
        now.ends[0][0] = Some(0);
        let mut layers = Vec::with_capacity(pieces.order.len());
        for &slot in &pieces.order {
            let mut next = Layer::empty(buckets);
            for step in pieces.slots[slot].steps() {
                next.take(&now, &step, self.goal, limit, self.cap.is_some());
                self.steps += now.reach + 1;
            }
            layers.push(core::mem::replace(&mut now, next));
        }
        layers.push(now);
        let forced = match pieces.encoding {
            Encoding::Gsm7 => 0,
            Encoding::Ucs2 => 1,
        };
        let ends = layers.last()?.ends.iter().enumerate();
        let ends = ends.filter_map(|(bucket, ends)| Some((ends[forced]?, bucket)));
        let (position, mut bucket) = match self.goal {
            Goal::Min => ends.min_by_key(|&(end, _)| end)?,
            Goal::Max => ends.max_by_key(|&(end, _)| end)?,
        };
        let mut state = forced;
        let mut picks: Vec<_> = layers[1..]
            .iter()
            .rev()
            .map(|layer| {
                let Way { pick, chars, forced } = layer.ways[bucket][state];
                bucket -= chars;
                state = usize::from(forced);
                pick
            })
            .collect();
        picks.reverse();
        Some((position, picks))
    }
}

/// The best positions after a piece, by count of characters (one count if nobody looks), unforced
/// and forced, and the way to each.
struct Layer {
    ends: Vec<[Option<usize>; 2]>,
    ways: Vec<[Way; 2]>,
    /// The highest count of characters that has an end.
    reach: usize,
}

#[derive(Debug, Clone, Copy, Default)]
struct Way {
    pick: Pick,
    /// Characters of the pick, if they are counted.
    chars: usize,
    /// Whether the message was forced before.
    forced: bool,
}

impl Layer {
    fn empty(buckets: usize) -> Self {
        Self { ends: vec![[None; 2]; buckets], ways: vec![[Way::default(); 2]; buckets], reach: 0 }
    }

    /// Goes on from `before` with one choice of a piece, as often as it may be repeated.
    fn take(&mut self, before: &Self, step: &Step<'_>, goal: Goal, limit: usize, counted: bool) {
        let buckets = self.ends.len();
        for forced in [false, true] {
            let from = usize::from(forced);
            let to = usize::from(forced || step.choice.forces);
            if !counted || step.times.start() == step.times.end() {
                let times = *step.times.end();
                let chars = if counted { step.choice.chars(times) } else { 0 };
                for bucket in chars..buckets.min(before.reach + chars + 1) {
                    let Some(start) = before.ends[bucket - chars][from] else { continue };
                    let end = step.choice.end(start, times, limit);
                    let pick = Pick { choice: step.index, times };
                    self.offer(bucket, to, end, Way { pick, chars, forced }, goal);
                }
                continue;
            }
            // A text of one repeated character, of any length in a range: from each start the ends
            // for one more character follow from those for one less, so that of two starts the one
            // that is ahead stays ahead while its length is allowed. The best allowed start is
            // first in a queue in which each is ahead of the next. Such a step only ever seeks
            // the most.
            let (least, most) = (*step.times.start(), *step.times.end());
            let mut queue: VecDeque<usize> = VecDeque::new();
            let end = |start: usize, at: usize| {
                before.ends[start][from].map(|end| step.choice.end(end, at - start, limit))
            };
            for bucket in least..buckets.min(before.reach + most + 1) {
                let new = bucket - least;
                if before.ends[new][from].is_some() {
                    while queue.back().is_some_and(|&old| end(old, bucket) <= end(new, bucket)) {
                        queue.pop_back();
                    }
                    queue.push_back(new);
                }
                if queue.front().is_some_and(|&start| bucket - start > most) {
                    queue.pop_front();
                }
                let Some(&start) = queue.front() else { continue };
                if let Some(end) = end(start, bucket) {
                    let chars = bucket - start;
                    let pick = Pick { choice: step.index, times: chars };
                    self.offer(bucket, to, end, Way { pick, chars, forced }, goal);
                }
            }
        }
    }

    fn offer(&mut self, bucket: usize, state: usize, end: usize, way: Way, goal: Goal) {
        let best = &mut self.ends[bucket][state];
        if best.is_none_or(|old| goal.better(end, old)) {
            *best = Some(end);
            self.reach = self.reach.max(bucket);
            self.ways[bucket][state] = way;
        }
    }
}

/// A message in pieces: literal text and tokens, each with its choices in one encoding.
struct Pieces<'a> {
    encoding: Encoding,
    slots: Vec<Slot<'a>>,
    /// The slot of each piece; a token that occurs twice stands here twice.
    order: Vec<usize>,
}

/// Literal text (a single choice) or a token.
struct Slot<'a> {
    token: Option<(Kind, &'a str)>,
    choices: Vec<Choice<'a>>,
    fixed: Option<Pick>,
}

/// A choice, and how often its text is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Pick {
    choice: usize,
    times: usize,
}

/// A choice that a search may take, and how often it may repeat its text.
struct Step<'s> {
    choice: &'s Choice<'s>,
    index: usize,
    times: RangeInclusive<usize>,
}

/// A text in one encoding, or any number of one character.
struct Choice<'a> {
    text: Text<'a>,
    shape: Shape,
    chars: usize,
    forces: bool,
    times: RangeInclusive<usize>,
}

/// A text, written out only when it becomes a witness.
#[derive(Debug, Clone, Copy)]
enum Text<'a> {
    Given(&'a str),
    Repeated(char),
    Number(i64),
}

impl<'a> Pieces<'a> {
    /// `None` if no message is possible: a piece without a choice.
    fn new(
        template: &'a Template<'_>,
        domains: &'a Domains,
        encoding: Encoding,
        goal: Goal,
        cap: Option<usize>,
    ) -> Option<Self> {
        let mut pieces = Self { encoding, slots: Vec::new(), order: Vec::new() };
        let mut literal = 0;
        for token in template.tokens() {
            pieces.literal(&template.body()[literal..token.start])?;
            literal = token.end;
            let written = Some((token.kind, token.name));
            let known = pieces.slots.iter().position(|slot| slot.token == written);
            let slot = match known {
                Some(slot) => slot,
                None => {
                    let texts = match token.kind {
                        // Each row sets it.
                        Kind::Variant => Vec::new(),
                        Kind::Entity | Kind::Variable | Kind::Translation => {
                            texts(domain(domains, token.kind, token.name)?, goal, cap)
                        }
                    };
                    let choices = choices(texts, encoding, goal, cap);
                    if choices.is_empty() && token.kind != Kind::Variant {
                        return None;
                    }
                    pieces.slots.push(Slot { token: written, choices, fixed: None });
                    pieces.slots.len() - 1
                }
            };
            pieces.order.push(slot);
        }
        pieces.literal(&template.body()[literal..])?;
        Some(pieces)
    }

    fn literal(&mut self, text: &'a str) -> Option<()> {
        if !text.is_empty() {
            let choice = Choice::new(Text::Given(text), 1..=1, self.encoding)?;
            self.order.push(self.slots.len());
            self.slots.push(Slot { token: None, choices: vec![choice], fixed: None });
        }
        Some(())
    }

    fn has_attributes(&self) -> bool {
        self.slots.iter().any(|slot| matches!(slot.token, Some((Kind::Variant, _))))
    }

    /// Fixes the attributes to those of a variant; false if it lacks one, or if one cannot be
    /// written in the encoding.
    fn set_row(&mut self, row: &'a Row) -> bool {
        let encoding = self.encoding;
        self.slots.iter_mut().all(|slot| {
            let Some((Kind::Variant, name)) = slot.token else { return true };
            let value = row.attribute(name).map(|(_, value)| Text::Given(value));
            slot.choices.clear();
            slot.choices.extend(value.and_then(|value| Choice::new(value, 1..=1, encoding)));
            !slot.choices.is_empty()
        })
    }

    fn picked<'s>(&'s self, picks: &'s [Pick]) -> impl Iterator<Item = (&'s Choice<'a>, usize)> {
        let pairs = self.order.iter().zip(picks);
        pairs.map(|(&slot, pick)| (&self.slots[slot].choices[pick.choice], pick.times))
    }

    fn chars(&self, picks: &[Pick]) -> usize {
        self.picked(picks).map(|(choice, times)| choice.chars(times)).sum()
    }

    /// A slot that was given two different values.
    fn torn(&self, picks: &[Pick]) -> Option<usize> {
        let mut first = vec![None; self.slots.len()];
        self.order.iter().zip(picks).find_map(|(&slot, &pick)| {
            let seen = *first[slot].get_or_insert(pick);
            (seen != pick).then_some(slot)
        })
    }

    fn witness(&self, picks: &[Pick], row: Option<&Row>) -> Witness {
        let mut values: Vec<(Kind, String, String)> = Vec::new();
        for (&slot, &pick) in self.order.iter().zip(picks) {
            let Slot { token, choices, .. } = &self.slots[slot];
            let Some((kind, name)) = *token else { continue };
            // A variant's attribute is named as the row names it, not as the token does.
            let attribute = row.filter(|_| kind == Kind::Variant);
            let name = attribute.and_then(|row| row.attribute(name)).map_or(name, |(name, _)| name);
            if !values.iter().any(|(k, n, _)| *k == kind && n == name) {
                let value = choices[pick.choice].text.written(pick.times);
                values.push((kind, name.to_string(), value));
            }
        }
        Witness { variant: row.map(|row| row.variant.clone()), values }
    }
}

impl Slot<'_> {
    /// What a search may take here: everything, or what a branch has fixed.
    fn steps(&self) -> impl Iterator<Item = Step<'_>> {
        let all = self.choices.iter().enumerate();
        all.filter_map(|(index, choice)| match self.fixed {
            None => Some(Step { choice, index, times: choice.times.clone() }),
            Some(Pick { choice: fixed, times }) => {
                (index == fixed).then_some(Step { choice, index, times: times..=times })
            }
        })
    }

    /// Everything that a branch may fix, one by one.
    fn picks(&self) -> Vec<Pick> {
        let all = self.choices.iter().enumerate();
        all.flat_map(|(choice, one)| {
            // The longest first: it bounds the rest.
            one.times.clone().rev().map(move |times| Pick { choice, times })
        })
        .collect()
    }
}

impl<'a> Choice<'a> {
    /// `None` if the text cannot be written in the encoding.
    fn new(text: Text<'a>, times: RangeInclusive<usize>, encoding: Encoding) -> Option<Self> {
        let forces = text.letters().any(|c| septets(c).is_none());
        let shape = match encoding {
            Encoding::Gsm7 if forces => return None,
            Encoding::Gsm7 => Shape::of(text.letters().map(|c| septets(c).map_or(1, usize::from))),
            Encoding::Ucs2 => Shape::of(text.letters().map(char::len_utf16)),
        };
        Some(Self { text, shape, chars: text.letters().count(), forces, times })
    }

    const fn chars(&self, times: usize) -> usize {
        self.chars * times
    }

    fn end(&self, position: usize, times: usize, limit: usize) -> usize {
        match times {
            1 => self.shape.end(position, limit),
            _ => self.shape.end_repeated(position, times, limit),
        }
    }

    /// Units at their most, and the empty ones among them that it may cause.
    fn extent(&self, limit: usize) -> (usize, usize) {
        let units = self.shape.units() * self.times.end();
        (units, if self.shape.has_pairs() { units / (limit - 1) + 1 } else { 0 })
    }
}

impl Text<'_> {
    fn letters(&self) -> impl Iterator<Item = char> {
        let (given, one, number) = match *self {
            Self::Given(text) => (text, None, None),
            Self::Repeated(c) => ("", Some(c), None),
            Self::Number(number) => ("", None, Some(number)),
        };
        let number = number.map(|number| {
            let digits = number.unsigned_abs().checked_ilog10().unwrap_or(0) as usize + 1;
            let sign = usize::from(number < 0);
            core::iter::repeat_n('-', sign).chain(core::iter::repeat_n('0', digits))
        });
        given.chars().chain(one).chain(number.into_iter().flatten())
    }

    fn written(&self, times: usize) -> String {
        match *self {
            Self::Given(text) => text.to_string(),
            Self::Repeated(c) => core::iter::repeat_n(c, times).collect(),
            Self::Number(number) => number.to_string(),
        }
    }
}

/// The choices of a token that can be best, in one encoding.
fn choices<'a>(
    texts: Vec<(Text<'a>, RangeInclusive<usize>)>,
    encoding: Encoding,
    goal: Goal,
    cap: Option<usize>,
) -> Vec<Choice<'a>> {
    let limit = encoding.concatenated();
    let all = texts.into_iter();
    let mut all: Vec<_> =
        all.filter_map(|(text, times)| Choice::new(text, times, encoding)).collect();
    // Choices are compared if they force alike and, where characters count, have as many.
    let key =
        |choice: &Choice<'_>| (choice.forces, cap.map_or(0, |_| choice.chars(*choice.times.end())));
    crate::sort(&mut all, |a, b| {
        let units = a.extent(limit).0.cmp(&b.extent(limit).0);
        let by_goal = match goal {
            Goal::Min => units,
            Goal::Max => units.reverse(),
        };
        key(a).cmp(&key(b)).then(by_goal).then_with(|| a.shape.cmp(&b.shape)).is_gt()
    });
    // The first of each group has the best sum of units. Another can only be better by the empty
    // units that it causes, or that the first does.
    let mut kept: Vec<Choice<'_>> = Vec::new();
    let mut group = 0;
    for choice in all {
        let first = kept.get(group).filter(|first| key(first) == key(&choice));
        let Some(first) = first else {
            group = kept.len();
            kept.push(choice);
            continue;
        };
        let ((best, best_empty), (units, empty)) = (first.extent(limit), choice.extent(limit));
        let dominated = match goal {
            Goal::Min => best + best_empty <= units,
            Goal::Max => units + empty <= best,
        };
        let same = kept
            .last()
            .is_some_and(|last| last.shape == choice.shape && last.times == choice.times);
        if !dominated && !same {
            kept.push(choice);
        }
    }
    kept
}

/// The texts of a domain that can be best: all that are given, and of the endless ones those that
/// take the least and the most; with a limit on characters, any number of the longest.
fn texts(
    domain: &Domain,
    goal: Goal,
    cap: Option<usize>,
) -> Vec<(Text<'_>, RangeInclusive<usize>)> {
    const ONCE: RangeInclusive<usize> = 1..=1;
    let (max_chars, alphabet) = match domain {
        Domain::Values(values) => {
            return values.iter().map(|value| (Text::Given(value), ONCE)).collect();
        }
        Domain::Range { min, max } => {
            return numbers(*min, *max).map(|number| (Text::Number(number), ONCE)).collect();
        }
        Domain::Text { max_chars, alphabet } => (*max_chars, *alphabet),
    };
    let mut texts = vec![(Text::Given(""), ONCE)];
    if max_chars == 0 {
        return texts;
    }
    match goal {
        // Nothing is shorter than nothing, and no text is shorter in UCS-2 than it is in GSM-7.
        Goal::Min => {}
        Goal::Max => {
            // `€` takes two septets, `😀` two code units.
            let longest: &[char] = match alphabet {
                Alphabet::Digits => &['0'],
                Alphabet::Gsm => &['€'],
                Alphabet::Any => &['€', '😀'],
            };
            let most = max_chars.min(MESSAGE_CHARS);
            let times = cap.map_or(most, |_| 1)..=most;
            texts.extend(longest.iter().map(|&c| (Text::Repeated(c), times.clone())));
        }
    }
    texts
}

/// A number of each length, since only the length counts: powers of ten and their negatives are
/// the shortest of their length, and the ends cover the rest.
fn numbers(min: i64, max: i64) -> impl Iterator<Item = i64> {
    let powers = (0..19).filter_map(|power| 10_i64.checked_pow(power));
    let edges = powers.flat_map(|power| [power, -power]).chain([min, max, 0]);
    edges.filter(move |number| (min..=max).contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    /// What is kept of texts written as their parts: `2€1a` is `€€a`, and `3*€` is any text's one
    /// character, three times.
    fn kept(texts: &[&str], encoding: Encoding, goal: Goal) -> String {
        let spelled: Vec<String> = texts.iter().map(|text| spelled(text)).collect();
        let texts = texts.iter().zip(&spelled).map(|(text, spelled)| match text.split_once('*') {
            Some((times, c)) => {
                let times = times.parse().unwrap();
                (Text::Repeated(c.chars().next().unwrap()), times..=times)
            }
            None => (Text::Given(spelled), 1..=1),
        });
        let kept = choices(texts.collect(), encoding, goal, None);
        let kept = kept.iter().map(|one| one.text.written(*one.times.end()));
        kept.map(|text| parts(&text)).collect::<Vec<_>>().join(" ")
    }

    fn spelled(parts: &str) -> String {
        let mut text = String::new();
        let mut times = 0;
        for c in parts.chars() {
            match c.to_digit(10) {
                Some(digit) => times = times * 10 + digit as usize,
                None => text.extend(core::iter::repeat_n(c, core::mem::take(&mut times))),
            }
        }
        text
    }

    fn parts(text: &str) -> String {
        let mut parts = String::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let after = rest.trim_start_matches(first);
            let bytes = rest.len() - after.len();
            parts += &format!("{}{first}", bytes / first.len_utf8());
            rest = after;
        }
        parts
    }

    #[test]
    fn only_the_choices_that_can_be_best_are_tried() {
        use Encoding::{Gsm7, Ucs2};
        use Goal::{Max, Min};
        let cases: &[(&[&str], Encoding, Goal, &str)] = &[
            // The same shape once, whatever its letters are.
            (&["2a", "1a", "2b", "3a", "2a"], Gsm7, Max, "3a"),
            (&["2a", "1a", "2b", "3a", "1b"], Gsm7, Min, "1a"),
            // A pair may leave one unit empty, and so take as much as a letter more.
            (&["4a", "1€1a", "2€", "2a", "4b"], Gsm7, Max, "4a 2€"),
            (&["1€", "2a", "3a", "1€1a"], Gsm7, Min, "2a"),
            (&["1€", "3a", "1€1a"], Gsm7, Min, "1€"),
            (&["1a1€", "1€1a", "4a"], Gsm7, Min, "1a1€ 1€1a"),
            // At 152 units of pairs there may be two borders.
            (&["76€", "153a"], Gsm7, Max, "153a 76€"),
            (&["76€", "154a"], Gsm7, Max, "154a"),
            (&["75€", "151a"], Gsm7, Max, "151a"),
            (&["33😀", "67a"], Ucs2, Max, "67a 33😀"),
            // What forces the encoding is compared with its like.
            (&["3a", "1ê", "2ê"], Ucs2, Max, "3a 2ê"),
            // A repeated character counts as often as it stands there.
            (&["5a", "3*€"], Gsm7, Max, "3€"),
            (&["152*€", "153*€"], Gsm7, Max, "153€ 152€"),
        ];
        let found = cases.iter().map(|&(texts, encoding, goal, _)| kept(texts, encoding, goal));
        let expected: Vec<_> = cases.iter().map(|&(_, _, _, expected)| expected).collect();
        assert_eq!(found.collect::<Vec<_>>(), expected);
    }
}
