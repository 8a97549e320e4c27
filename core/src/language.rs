//! Picks the template of a language by the suffix of its title.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::limits::QUOTED_CHARS;
use crate::{Code, Refusal, diagnostic::quote};

/// The template that a send means which names `template` and `language`: with the language's
/// suffix (`confirmation_pt-BR` before `confirmation_pt`), then without any, then with the suffix
/// of the project's default language. `find` looks a title up.
///
/// # Errors
/// `V033`, which says what was tried.
pub fn choose<T>(
    find: impl Fn(&str) -> Option<T>,
    template: &str,
    language: Option<&str>,
    default_language: Option<&str>,
) -> Result<T, Refusal> {
    let mut tried: Vec<String> = Vec::new();
    let wanted = language.into_iter().flat_map(tags).map(|tag| format!("{template}_{tag}"));
    let fallback =
        default_language.into_iter().flat_map(tags).map(|tag| format!("{template}_{tag}"));
    for name in wanted.chain([String::from(template)]).chain(fallback) {
        if let Some(found) = find(&name) {
            return Ok(found);
        }
        if !tried.contains(&name) {
            tried.push(name);
        }
    }
    let tried: Vec<_> = tried.iter().map(|name| quote(name)).collect();
    Err(Refusal::new(
        Code::TemplateNotFound,
        format!("no such template: expected one of {}", tried.join(", ")),
    ))
}

/// Whether `title` is `name` with the suffix of a language: `confirmation_es`, `confirmation_pt-BR`.
#[must_use]
pub fn is_language_of(title: &str, name: &str) -> bool {
    let tag = title.strip_prefix(name).and_then(|rest| rest.strip_prefix('_'));
    let language = tag.and_then(|tag| tag.split(['-', '_']).next());
    language.is_some_and(|it| {
        (2..=3).contains(&it.len()) && it.bytes().all(|byte| byte.is_ascii_alphabetic())
    })
}

/// A language tag and its prefixes, the longest first: `pt-BR`, `pt`.
fn tags(language: &str) -> impl Iterator<Item = &str> {
    // A tag is never longer than what a sentence quotes; what is, names no template.
    let whole = Some(language).filter(|tag| !tag.is_empty() && tag.len() <= QUOTED_CHARS);
    core::iter::successors(whole, |tag| tag.rsplit_once(['-', '_']).map(|(head, _)| head))
        .filter(|tag| !tag.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(titles: &[&str], language: Option<&str>, default: Option<&str>, expected: &str) {
        let find = |title: &str| titles.iter().find(|one| **one == title).map(|&one| one.into());
        let found: Result<String, _> = choose(find, "hi", language, default);
        let found = found.unwrap_or_else(|refusal| refusal.message);
        assert_eq!(found, expected);
    }

    #[test]
    fn the_closest_language_wins() {
        let all = ["hi_en", "hi_es", "hi", "hi_pt", "hi_pt-BR"];
        check(&all, Some("es"), None, "hi_es");
        check(&all, Some("pt-BR"), None, "hi_pt-BR");
        check(&all, Some("pt-PT"), None, "hi_pt");
        check(&all, Some("fr"), Some("en"), "hi");
        check(&all, None, Some("en"), "hi");
        check(&["hi_en", "hi_es"], Some("fr"), Some("en"), "hi_en");
        let (none, long) = ("no such template: expected one of `hi`", "x".repeat(41));
        check(&["hi_"], Some(""), Some(&long), none);
        check(
            &[],
            Some(&long[1..]),
            None,
            &none.replace("`hi`", &format!("`hi_{}…`, `hi`", &long[5..])),
        );
        check(
            &["hi_en"],
            Some("fr-CA"),
            Some("es"),
            "no such template: expected one of `hi_fr-CA`, `hi_fr`, `hi`, `hi_es`",
        );
    }
}
