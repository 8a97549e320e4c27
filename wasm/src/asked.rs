//! Takes a request apart: each value with the way to it, so that a refusal names the place, what
//! was expected there and what was found. A field that is not there and one that is `null` are the
//! same; one that the op does not have is refused, so that `"mising"` is never a silent default.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use verbatim_core::{Code, quote};

use crate::value::{Object, Value};

/// Boxed, because a request is taken apart in a hundred steps, and each hands a refusal on: a
/// pointer saves 1.6 kB of the compressed module.
pub type Refusal = Box<verbatim_core::Refusal>;

/// A value of a request, and the way to it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'p, 'v> {
    value: &'v Value<'v>,
    from: Option<(&'p Asked<'p, 'v>, Step<'v>)>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'v> {
    Field(&'v str),
    Item(usize),
}

impl<'v> Asked<'_, 'v> {
    /// A whole request.
    #[must_use]
    pub const fn of(request: &'v Value<'v>) -> Self {
        Self { value: request, from: None }
    }

    /// The object that this is.
    ///
    /// # Errors
    /// It is none, or has a field that is not in `known`.
    pub fn object(&self, known: &[&str]) -> Result<(), Refusal> {
        let known_here =
            |name: &str| known.contains(&name) || (self.from.is_none() && name == "op");
        match self.fields()?.find(|(name, _)| !known_here(name)) {
            None => Ok(()),
            Some((name, _)) => {
                let expected = one_of(known);
                Err(refusal(format!("unknown field {}: expected {expected}", self.inside(name))))
            }
        }
    }

    /// The field `name`, which [`object`](Self::object) has let through, unless it is `null`.
    #[must_use]
    pub fn maybe<'s>(&'s self, name: &'v str) -> Option<Asked<'s, 'v>> {
        let value = self.value.as_object()?.get(name)?;
        let field = Asked { value, from: Some((self, Step::Field(name))) };
        (*value != Value::Null).then_some(field)
    }

    /// The field `name`, which must be there.
    ///
    /// # Errors
    /// It is not there, or `null`.
    pub fn field<'s>(&'s self, name: &'v str) -> Result<Asked<'s, 'v>, Refusal> {
        self.maybe(name)
            .ok_or_else(|| refusal(format!("expected the field {}, found none", self.inside(name))))
    }

    /// The string of the field `name`, which must be there.
    ///
    /// # Errors
    /// It is not there, or no string.
    pub fn text_of(&self, name: &'v str) -> Result<&'v str, Refusal> {
        self.field(name)?.text()
    }

    /// The string of the field `name`, if it is there.
    ///
    /// # Errors
    /// It is no string.
    pub fn maybe_text_of(&self, name: &'v str) -> Result<Option<&'v str>, Refusal> {
        self.maybe(name).map(|field| field.text()).transpose()
    }

    /// The boolean of the field `name`, if it is there.
    ///
    /// # Errors
    /// It is neither `true` nor `false`.
    pub fn maybe_bool_of(&self, name: &'v str) -> Result<Option<bool>, Refusal> {
        match self.maybe(name) {
            None => Ok(None),
            Some(Asked { value: Value::Bool(value), .. }) => Ok(Some(*value)),
            Some(other) => Err(other.wrong("`true` or `false`")),
        }
    }

    /// Which of `words` the field `name` is, if it is there.
    ///
    /// # Errors
    /// It is none of them.
    pub fn maybe_word_of(&self, name: &'v str, words: &[&str]) -> Result<Option<usize>, Refusal> {
        self.maybe(name).map(|field| field.word(words)).transpose()
    }

    /// The whole number of the field `name`, if it is there.
    ///
    /// # Errors
    /// It is none that 64 bits hold.
    pub fn maybe_whole_of(&self, name: &'v str) -> Result<Option<i64>, Refusal> {
        match self.maybe(name) {
            None => Ok(None),
            Some(Asked { value: Value::Whole(number), .. }) => Ok(Some(*number)),
            Some(other) => Err(other.wrong("a whole number")),
        }
    }

    /// The number of things in the field `name`, if it is there.
    ///
    /// # Errors
    /// It is no whole number, or below zero.
    pub fn maybe_count_of(&self, name: &'v str) -> Result<Option<usize>, Refusal> {
        self.maybe_whole_of(name)?
            .map(|number| {
                usize::try_from(number).map_err(|_| {
                    refusal(format!(
                        "{} is {number}: expected a number of 0 or more",
                        self.inside(name)
                    ))
                })
            })
            .transpose()
    }

    /// The number of things in the field `name`, which must be there.
    ///
    /// # Errors
    /// It is not there, no whole number, or below zero.
    pub fn count_of(&self, name: &'v str) -> Result<usize, Refusal> {
        self.field(name)?;
        Ok(self.maybe_count_of(name)?.unwrap_or_default())
    }

    /// This as a string.
    ///
    /// # Errors
    /// It is none.
    pub fn text(&self) -> Result<&'v str, Refusal> {
        self.value.as_text().ok_or_else(|| self.wrong("a string"))
    }

    /// Which of `words` this is.
    ///
    /// # Errors
    /// It is none of them.
    pub fn word(&self, words: &[&str]) -> Result<usize, Refusal> {
        let text = self.text()?;
        words.iter().position(|word| *word == text).ok_or_else(|| {
            refusal(format!("{self} is {}: expected {}", quote(text), one_of(words)))
        })
    }

    /// The items of the list that this is.
    ///
    /// # Errors
    /// It is none.
    pub fn items<'s>(&'s self) -> Result<impl Iterator<Item = Asked<'s, 'v>>, Refusal> {
        let Value::List(items) = self.value else { return Err(self.wrong("a list")) };
        let items = items.iter().enumerate();
        Ok(items.map(|(at, value)| Asked { value, from: Some((self, Step::Item(at))) }))
    }

    /// The fields of the object that this is, whatever their names, `null` too.
    ///
    /// # Errors
    /// It is none.
    pub fn fields<'s>(&'s self) -> Result<impl Iterator<Item = (&'v str, Asked<'s, 'v>)>, Refusal> {
        let object = self.value.as_object().ok_or_else(|| self.wrong("an object"))?;
        let fields = object.fields();
        Ok(fields
            .map(|(name, value)| (name, Asked { value, from: Some((self, Step::Field(name))) })))
    }

    /// The object that this is, all of whose fields are strings.
    ///
    /// # Errors
    /// It is none, or one of its fields is no string.
    pub fn texts(&self) -> Result<&'v Object<'v>, Refusal> {
        self.fields()?.try_for_each(|(_, field)| field.text().map(drop))?;
        self.value.as_object().ok_or_else(|| self.wrong("an object"))
    }

    fn wrong(&self, expected: &str) -> Refusal {
        let found = match self.value {
            Value::Null => "null",
            Value::Bool(true) => "`true`",
            Value::Bool(false) => "`false`",
            Value::Whole(_) => "a number",
            Value::Fraction => "a number that is not whole or too large",
            Value::Text(_) => "a string",
            Value::List(_) => "a list",
            Value::Object(_) => "an object",
        };
        refusal(format!("{self} is {found}: expected {expected}"))
    }

    /// The way to the field `name` of this, in backticks.
    fn inside(&self, name: &str) -> String {
        match self.from {
            None => quote(name),
            Some(_) => format!("{} in {self}", quote(name)),
        }
    }
}

/// The way from the request to here, in backticks: `` `domains.rows[2].values` ``.
impl fmt::Display for Asked<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((mut up, mut step)) = self.from else { return f.write_str("the request") };
        let mut steps = vec![step];
        while let Some((further, before)) = up.from {
            (up, step) = (further, before);
            steps.push(step);
        }
        let mut way = String::new();
        for step in steps.iter().rev() {
            match step {
                Step::Item(at) => way.push_str(&format!("[{at}]")),
                Step::Field(name) => {
                    if !way.is_empty() {
                        way.push('.');
                    }
                    way.push_str(name);
                }
            }
        }
        f.write_str(&quote(&way))
    }
}

/// A request that does not have the fields of its op.
pub(crate) fn refusal(message: impl Into<String>) -> Refusal {
    Box::new(verbatim_core::Refusal::new(Code::RequestField, message))
}

fn one_of(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [] => String::from("no field but `op`"),
        [one] => one.clone(),
        [one, other] => format!("{one} or {other}"),
        several => format!("one of {}", several.join(", ")),
    }
}
