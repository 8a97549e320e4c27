//! From a pattern's text to its steps, in one pass and without recursion: what was read last is
//! repeated, and what was read before it joined, where it stands. Every distance in the steps is
//! relative, so that they can be copied and moved.

use alloc::vec;
use alloc::vec::Vec;
use core::mem;
use core::ops::Range;
use core::str::Chars;

use super::STEPS;
use super::step::Step;

/// Compiles `text`.
///
/// # Errors
/// Where it stops being a pattern, and what would have been one.
pub(super) fn compile(text: &str) -> Result<Vec<Step>, Fault> {
    let mut compiler = Compiler { text, rest: text.chars(), from: 0, steps: Vec::new() };
    match compiler.pattern() {
        Ok(()) => Ok(compiler.steps),
        Err(expected) => Err(Fault { expected, found: compiler.from..compiler.at() }),
    }
}

/// What is wrong with a pattern.
#[derive(Debug)]
pub(super) struct Fault {
    /// What would have been right.
    pub(super) expected: Expected,
    /// The bytes of what is not; none at the pattern's end.
    pub(super) found: Range<usize>,
}

/// What would have been right.
type Expected = &'static str;

/// The steps of an open group; the whole pattern is one.
struct Group {
    /// The first.
    start: usize,
    /// The first of its latest alternative, if there was one before it.
    branch: Option<usize>,
}

/// What a `\` makes of what follows it.
enum Escaped {
    One(char),
    /// `d`, `w` or `s`; a capital for all other characters.
    Class(char),
}

struct Compiler<'a> {
    text: &'a str,
    rest: Chars<'a>,
    /// The byte where begins what is read now: it is wrong if something is.
    from: usize,
    steps: Vec<Step>,
}

impl Compiler<'_> {
    fn pattern(&mut self) -> Result<(), Expected> {
        let mut outer = vec![];
        let mut group = Group { start: 0, branch: None };
        // Where the steps begin that a repetition would repeat.
        let mut latest = None;
        loop {
            self.from = self.at();
            let Some(c) = self.rest.next() else { break };
            let start = self.steps.len();
            latest = match c {
                '(' => {
                    if self.eat('?') && !self.eat(':') {
                        self.rest.next();
                        return Err("`(` or `(?:` and no flag, name or look-around");
                    }
                    outer.push(mem::replace(&mut group, Group { start, branch: None }));
                    None
                }
                ')' => {
                    let Some(enclosing) = outer.pop() else {
                        return Err("a `(` before each `)`, or `\\)`");
                    };
                    self.join(&group);
                    Some(mem::replace(&mut group, enclosing).start)
                }
                '|' => {
                    self.join(&group);
                    group.branch = Some(self.steps.len());
                    None
                }
                '?' | '*' | '+' | '{' => {
                    let Some(first) = latest else {
                        return Err("something to repeat before it");
                    };
                    self.repetition(c, first)?;
                    latest
                }
                c => {
                    self.atom(c)?;
                    Some(start)
                }
            };
        }
        if !outer.is_empty() {
            return Err("a `)` for each `(`");
        }
        self.join(&group);
        // What cannot be repeated takes three steps a byte at most, so it is enough to look here.
        if self.steps.len() > STEPS {
            self.from = 0;
            return Err(TOO_LARGE);
        }
        Ok(())
    }

    /// What stands for itself or for a set of characters, or for an end of the word.
    fn atom(&mut self, c: char) -> Result<(), Expected> {
        let start = self.steps.len();
        match c {
            '^' => self.steps.push(Step::Start),
            '$' => self.steps.push(Step::End),
            '.' => {
                self.steps.push(Step::Set { ranges: 1, negated: true });
                self.one('\n');
            }
            '[' => self.class()?,
            c => match self.meant_by(c)? {
                Escaped::One(c) => self.one(c),
                Escaped::Class(letter) => {
                    self.steps.push(UNKNOWN);
                    self.named(letter);
                    self.set(start, false);
                }
            },
        }
        Ok(())
    }

    /// Makes one of a group's first alternatives and its latest.
    fn join(&mut self, group: &Group) {
        if let Some(branch) = group.branch {
            self.steps.insert(branch, Step::Skip(self.steps.len() - branch + 1));
            self.steps.insert(group.start, Step::Either(branch - group.start + 2));
        }
    }

    /// Repeats the steps from `first` as `sign` says.
    fn repetition(&mut self, sign: char, first: usize) -> Result<(), Expected> {
        let counts = match sign {
            '?' => Some((0, Some(1))),
            '*' => Some((0, None)),
            '+' => Some((1, None)),
            _ => self.counts(),
        };
        let Some((least, most)) = counts else {
            self.rest.next();
            return Err("`{n}`, `{n,}` or `{n,m}`, or `\\{`");
        };
        let copies = most.unwrap_or(least.max(1));
        if least > copies {
            return Err("`{n,m}` with n at most m");
        }
        let repeated = self.steps.split_off(first);
        let length = repeated.len();
        // Copies of nothing are counted as well: making them takes time.
        if copies > STEPS || first + copies * (length + 1) > STEPS + least {
            return Err(TOO_LARGE);
        }
        for copy in 0..copies {
            if copy >= least {
                self.steps.push(Step::Either(length + 1 + usize::from(most.is_none())));
            }
            self.steps.extend_from_slice(&repeated);
        }
        if most.is_none() {
            self.steps.push(Step::Again(length));
        }
        // `a*?` would rather take less, which is the same to a whole word.
        self.eat('?');
        Ok(())
    }

    /// What follows the `{` of a counted repetition.
    fn counts(&mut self) -> Option<(usize, Option<usize>)> {
        let least = self.number(10, 1, 9)? as usize;
        let most = match self.eat(',') {
            false => Some(least),
            true if self.rest.as_str().starts_with('}') => None,
            true => Some(self.number(10, 1, 9)? as usize),
        };
        self.eat('}').then_some((least, most))
    }

    /// What follows the `[` of a class.
    fn class(&mut self) -> Result<(), Expected> {
        let start = self.steps.len();
        self.steps.push(UNKNOWN);
        let negated = self.eat('^');
        while self.eat('-') {
            self.one('-');
        }
        // No class is empty: a `]` in front is one of its characters.
        if self.steps.len() == start + 1 && self.eat(']') {
            self.one(']');
        }
        loop {
            let c = self.in_class()?;
            let from = self.from;
            match c {
                ']' => break,
                '[' => return Err("no class in a class, or `\\[`"),
                '&' | '-' | '~' if self.eat(c) => {
                    return Err("no operator on classes, or a `\\` before each");
                }
                _ => {}
            }
            let first = self.meant_by(c)?;
            let rest = self.rest.as_str();
            let is_range =
                rest.starts_with('-') && !rest.starts_with("-]") && !rest.starts_with("--");
            if !is_range {
                match first {
                    Escaped::One(c) => self.one(c),
                    Escaped::Class(letter) => self.named(letter),
                }
                continue;
            }
            self.rest.next();
            let c = self.in_class()?;
            let last = self.meant_by(c)?;
            self.from = from;
            match (first, last) {
                (Escaped::One(first), Escaped::One(last)) if first <= last => {
                    self.steps.push(Step::Range(first.into(), last.into()));
                }
                _ => return Err("a range from one character to a later one"),
            }
        }
        self.set(start, negated);
        Ok(())
    }

    /// The next character of a class.
    fn in_class(&mut self) -> Result<char, Expected> {
        self.from = self.at();
        self.rest.next().ok_or("a `]` for each `[`")
    }

    /// What `c` stands for, which was read last.
    fn meant_by(&mut self, c: char) -> Result<Escaped, Expected> {
        match c {
            '\\' => self.escaped(),
            c => Ok(Escaped::One(c)),
        }
    }

    /// What follows a `\`.
    fn escaped(&mut self) -> Result<Escaped, Expected> {
        let one = match self.rest.next() {
            Some(letter @ ('d' | 'D' | 'w' | 'W' | 's' | 'S')) => {
                return Ok(Escaped::Class(letter));
            }
            Some('t') => Some('\t'),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some(letter @ ('x' | 'u')) => {
                let code = match self.eat('{') {
                    true => self.number(16, 1, 6).filter(|_| self.eat('}')),
                    false if letter == 'x' => self.number(16, 2, 2),
                    false => None,
                };
                let Some(c) = code.and_then(char::from_u32) else {
                    self.rest.next();
                    return Err("a character's number, as in `\\x41` or `\\u{E9}`");
                };
                Some(c)
            }
            // Other engines know `\<` and `\>` as edges of words.
            other => other
                .filter(|c| c.is_ascii() && !c.is_ascii_alphanumeric() && !matches!(c, '<' | '>')),
        };
        one.map(Escaped::One).ok_or("`\\` before one of `dDwWsStnrxu` or a punctuation mark")
    }

    /// The number that is written in so many digits.
    fn number(&mut self, radix: u32, least: usize, most: usize) -> Option<u32> {
        let (mut number, mut digits) = (0, 0);
        while digits < most
            && let Some(digit) = self.rest.clone().next().and_then(|c| c.to_digit(radix))
        {
            self.rest.next();
            number = number * radix + digit;
            digits += 1;
        }
        (digits >= least).then_some(number)
    }

    /// The ranges of `\d`, `\w` or `\s`, in ASCII; of a capital, those between them.
    fn named(&mut self, letter: char) {
        let ranges: &[(u8, u8)] = match letter {
            'd' | 'D' => &[(b'0', b'9')],
            'w' | 'W' => &[(b'0', b'9'), (b'A', b'Z'), (b'_', b'_'), (b'a', b'z')],
            _ => &[(b'\t', b'\r'), (b' ', b' ')],
        };
        let mut between = 0;
        for &(first, last) in ranges {
            let (first, last) = (first.into(), last.into());
            self.steps.push(match letter.is_ascii_uppercase() {
                true => Step::Range(between, first - 1),
                false => Step::Range(first, last),
            });
            between = last + 1;
        }
        if letter.is_ascii_uppercase() {
            self.steps.push(Step::Range(between, char::MAX.into()));
        }
    }

    /// Writes the set over its place at `start`, now that its ranges follow.
    fn set(&mut self, start: usize, negated: bool) {
        let ranges = self.steps.len() - start - 1;
        if let Some(step) = self.steps.get_mut(start) {
            *step = Step::Set { ranges, negated };
        }
    }

    fn one(&mut self, c: char) {
        self.steps.push(Step::Range(c.into(), c.into()));
    }

    /// Goes past `c` if it is next.
    fn eat(&mut self, c: char) -> bool {
        let is_next = self.rest.as_str().starts_with(c);
        if is_next {
            self.rest.next();
        }
        is_next
    }

    /// The byte that is next.
    fn at(&self) -> usize {
        self.text.len() - self.rest.as_str().len()
    }
}

/// In the place of a set whose ranges are still to come.
const UNKNOWN: Step = Step::Set { ranges: 0, negated: false };

pub(super) const TOO_LARGE: &str = "at most 1000 steps, all repetitions written out";
