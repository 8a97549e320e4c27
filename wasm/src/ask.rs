//! The parts of requests as `verbatim-core` takes them, by the names that ABI.md gives them.

use alloc::borrow::ToOwned as _;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use verbatim_core::pattern::PATTERNS;
use verbatim_core::{
    Alphabet, Answerer, Campaign, Code, Domain, Domains, Environment, Keyword, KeywordSet, Kind,
    Missing, Names, OptOutType, Pattern, Policy, Row, Rules, quote,
};

use crate::asked::{Asked, Refusal, refusal};
use crate::value::Object;

type Result<T> = core::result::Result<T, Refusal>;

/// `policy`: what is kept whole at the border of two segments.
pub(crate) fn policy(ask: &Asked<'_, '_>) -> Result<Policy> {
    let all = [Policy::Standard, Policy::Graphemes];
    let words = all.map(Policy::as_str);
    Ok(ask.maybe_word_of("policy", &words)?.map_or_else(Policy::default, |at| all[at]))
}

/// `missing`: what to do with a token without a value.
pub(crate) fn missing(ask: &Asked<'_, '_>) -> Result<Missing> {
    let all = [Missing::Refuse, Missing::Blank, Missing::Keep];
    let at = ask.maybe_word_of("missing", &["refuse", "blank", "keep"])?;
    Ok(at.map_or_else(Missing::default, |at| all[at]))
}

/// `environment`
pub(crate) fn environment(ask: &Asked<'_, '_>) -> Result<Environment> {
    let words = Environment::ALL.map(Environment::as_str);
    Ok(Environment::ALL[ask.field("environment")?.word(&words)?])
}

/// `opt_out_type`: Advanced Opt-Out's verdict.
pub(crate) fn opt_out_type(ask: &Asked<'_, '_>) -> Result<Option<OptOutType>> {
    let all = [OptOutType::Stop, OptOutType::Start, OptOutType::Help];
    let words = Keyword::ALL.map(Keyword::as_str);
    Ok(ask.maybe_word_of("opt_out_type", &words)?.map(|at| all[at]))
}

/// `replies` of `receive`: who answers keywords.
pub(crate) fn answerer(ask: &Asked<'_, '_>) -> Result<Answerer> {
    let all = [Answerer::Verbatim, Answerer::Twilio];
    Ok(all[ask.field("replies")?.word(&["verbatim", "twilio"])?])
}

/// Values by kind and name.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Values<'v>([Option<&'v Object<'v>>; KINDS]);

const KINDS: usize = Kind::ALL.len();

impl<'v> Values<'v> {
    pub(crate) fn of(ask: &Asked<'_, 'v>) -> Result<Self> {
        let kinds = Kind::ALL.map(Kind::as_str);
        ask.object(&kinds)?;
        let mut values = Self::default();
        for (slot, kind) in values.0.iter_mut().zip(kinds) {
            *slot = ask.maybe(kind).map(|field| field.texts()).transpose()?;
        }
        Ok(values)
    }
}

impl verbatim_core::Values for Values<'_> {
    fn get(&self, kind: Kind, name: &str) -> Option<&str> {
        self.0[kind as usize]?.get(name)?.as_text()
    }
}

/// `names`: what exists.
pub(crate) fn names(ask: &Asked<'_, '_>) -> Result<Names> {
    ask.object(&["variant", "entity", "variable", "translation", "template", "handoff"])?;
    let list = |name| -> Result<Option<Vec<String>>> {
        ask.maybe(name).map(|field| strings(&field)).transpose()
    };
    Ok(Names {
        variant: list("variant")?,
        entity: list("entity")?,
        variable: list("variable")?,
        translation: list("translation")?,
        template: list("template")?,
        handoff: list("handoff")?,
    })
}

/// `campaign`: what the sender's campaign says of its messages.
pub(crate) fn campaign(ask: &Asked<'_, '_>) -> Result<Campaign> {
    ask.object(&["links", "phone_numbers", "disclosure"])?;
    Ok(Campaign {
        links: ask.maybe_bool_of("links")?,
        phone_numbers: ask.maybe_bool_of("phone_numbers")?,
        disclosure: ask.maybe_bool_of("disclosure")?.unwrap_or_default(),
    })
}

/// `senders`: that of each environment.
pub(crate) fn senders<'v>(ask: &Asked<'_, 'v>) -> Result<Vec<(Environment, &'v str)>> {
    ask.object(&Environment::ALL.map(Environment::as_str))?;
    let mut senders = Vec::new();
    for environment in Environment::ALL {
        if let Some(sender) = ask.maybe_text_of(environment.as_str())? {
            senders.push((environment, sender));
        }
    }
    Ok(senders)
}

/// `silence`: codes that are not to be reported.
pub(crate) fn codes(ask: &Asked<'_, '_>) -> Result<Vec<Code>> {
    ask.items()?
        .map(|item| {
            let text = item.text()?;
            Code::parse(text).ok_or_else(|| {
                refusal(format!("{item} is {}: expected a code such as `V100`", quote(text)))
            })
        })
        .collect()
}

/// `domains`: what the tokens may hold.
pub(crate) fn domains(ask: &Asked<'_, '_>) -> Result<Domains> {
    ask.object(&["entity", "variable", "translation", "rows"])?;
    let mut domains = Domains::default();
    for kind in [Kind::Entity, Kind::Variable, Kind::Translation] {
        let Some(of_kind) = ask.maybe(kind.as_str()) else { continue };
        for (name, one) in of_kind.fields()? {
            domains.tokens.push((kind, name.to_owned(), domain(&one)?));
        }
    }
    if let Some(rows) = ask.maybe("rows") {
        for one in rows.items()? {
            domains.rows.push(row(&one)?);
        }
    }
    Ok(domains)
}

fn domain(ask: &Asked<'_, '_>) -> Result<Domain> {
    ask.object(&["values", "max_chars", "alphabet", "min", "max"])?;
    let alphabets = [Alphabet::Gsm, Alphabet::Digits, Alphabet::Any];
    let fields = (
        ask.maybe("values"),
        ask.maybe_count_of("max_chars")?,
        ask.maybe_word_of("alphabet", &["gsm", "digits", "any"])?,
        ask.maybe_whole_of("min")?,
        ask.maybe_whole_of("max")?,
    );
    match fields {
        (Some(values), None, None, None, None) => Ok(Domain::Values(strings(&values)?)),
        (None, Some(max_chars), Some(at), None, None) => {
            Ok(Domain::Text { max_chars, alphabet: alphabets[at] })
        }
        (None, None, None, Some(min), Some(max)) if min <= max => Ok(Domain::Range { min, max }),
        _ => Err(Box::new(verbatim_core::Refusal::new(
            Code::InvalidDomain,
            format!(
                "{ask} is no domain: expected `values`, or `max_chars` and `alphabet`, or `min` \
                 and `max` with `min` not above `max`"
            ),
        ))),
    }
}

fn row(ask: &Asked<'_, '_>) -> Result<Row> {
    ask.object(&["variant", "values"])?;
    let variant = ask.text_of("variant")?.to_owned();
    let mut values = Vec::new();
    for (name, value) in ask.field("values")?.fields()? {
        values.push((name.to_owned(), value.text()?.to_owned()));
    }
    Ok(Row { variant, values })
}

/// `rules`: what a project adds to the keyword table.
pub(crate) fn rules(ask: Option<Asked<'_, '_>>) -> Result<Rules> {
    let mut rules = Rules::default();
    let Some(ask) = ask else { return Ok(rules) };
    ask.object(&["sets", "words", "patterns", "yes_only_when_opted_out", "replies"])?;
    if let Some(sets) = ask.maybe("sets") {
        for one in sets.items()? {
            rules.sets.push(KeywordSet::ALL[one.word(&KeywordSet::ALL.map(KeywordSet::as_str))?]);
        }
    }
    each(ask.maybe("words"), |keyword, words| {
        for one in words.items()? {
            let word = one.text()?.trim();
            if word.is_empty() {
                return Err(refusal(format!("{one} is blank: expected a word")));
            }
            rules.words.push((keyword, word.to_owned()));
        }
        Ok(())
    })?;
    each(ask.maybe("patterns"), |keyword, patterns| {
        for one in patterns.items()? {
            if rules.patterns.len() == PATTERNS {
                return Err(refusal(format!(
                    "{one} is one too many: expected {PATTERNS} patterns at most"
                )));
            }
            rules.patterns.push((keyword, Pattern::new(one.text()?)?));
        }
        Ok(())
    })?;
    rules.yes_only_when_opted_out =
        ask.maybe_bool_of("yes_only_when_opted_out")?.unwrap_or_default();
    each(ask.maybe("replies"), |keyword, reply| {
        *rules.replies.own(keyword) = Some(reply.text()?.to_owned());
        Ok(())
    })?;
    Ok(rules)
}

/// Hands over what `ask` has for each keyword.
fn each(
    ask: Option<Asked<'_, '_>>,
    mut one: impl FnMut(Keyword, Asked<'_, '_>) -> Result<()>,
) -> Result<()> {
    let Some(ask) = ask else { return Ok(()) };
    ask.object(&Keyword::ALL.map(Keyword::as_str))?;
    for keyword in Keyword::ALL {
        if let Some(field) = ask.maybe(keyword.as_str()) {
            one(keyword, field)?;
        }
    }
    Ok(())
}

fn strings(ask: &Asked<'_, '_>) -> Result<Vec<String>> {
    ask.items()?.map(|item| item.text().map(str::to_owned)).collect()
}
