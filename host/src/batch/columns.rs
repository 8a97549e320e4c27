//! Which column of a CSV fills which token of a template: a header names a token as it is written
//! (`{{vrbl:CODE}}`), without its braces (`vrbl:CODE`), or by its bare name (`CODE`) where no other
//! token of the template has it.

use std::fmt;

/// The columns of a CSV, as a template needs them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// For each token of the template, in its order, the column with its value.
    pub tokens: Vec<usize>,
    /// For each column that is to be copied, in the order asked, its index.
    pub copied: Vec<usize>,
    /// The columns that are neither: their number, from 1, and their name.
    pub unknown: Vec<(usize, String)>,
    /// All columns.
    pub count: usize,
}

/// A token of a template, by kind and name.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Token {
    /// `variant`, `entity`, `variable` or `translation`.
    pub kind: String,
    /// Its name, as written.
    pub name: String,
}

impl Token {
    /// What stands between its braces.
    fn inside(&self) -> String {
        match self.kind.as_str() {
            "variant" => self.name.clone(),
            "variable" => format!("vrbl:{}", self.name),
            "translation" => format!("tn:{}", self.name),
            kind => format!("{kind}:{}", self.name),
        }
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind.as_str() {
            "variant" => write!(f, "${{{}}}", self.name),
            _ => write!(f, "{{{{{}}}}}", self.inside()),
        }
    }
}

/// Why the columns do not fit the template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ColumnsError {
    /// Tokens without a column.
    #[error(
        "no column for {}: expected one for each token, named `{}` or `{}`; found {}",
        listed(.tokens), .tokens[0].name, .tokens[0], listed(.found)
    )]
    Missing {
        /// The tokens; at least one.
        tokens: Vec<Token>,
        /// The columns there are.
        found: Vec<String>,
    },
    /// Two columns for a token.
    #[error("columns {first} and {second} are both for `{token}`; expected one for each token")]
    Twice {
        /// The token.
        token: Token,
        /// The number of one column, from 1.
        first: usize,
        /// That of the other.
        second: usize,
    },
    /// A bare name that several tokens have.
    #[error(
        "column {column}, `{name}`, may be {}; name it as the token is written",
        listed(.tokens)
    )]
    Ambiguous {
        /// The column's number, from 1.
        column: usize,
        /// Its name.
        name: String,
        /// The tokens of that name.
        tokens: Vec<Token>,
    },
    /// A column that is to be copied is not there.
    #[error("no column `{name}` to copy; found {}", listed(.found))]
    NotThere {
        /// Its name.
        name: String,
        /// The columns there are.
        found: Vec<String>,
    },
}

impl Columns {
    /// Finds the column of each of `tokens`, which are distinct, and of each name in `copied`.
    ///
    /// # Errors
    /// A token without a column or with two, a name that means two tokens, a name that is not there.
    pub fn of(
        header: &[String],
        tokens: &[Token],
        copied: &[String],
    ) -> Result<Self, ColumnsError> {
        let mut found: Vec<Option<usize>> = vec![None; tokens.len()];
        let mut is_known = vec![false; header.len()];
        for (column, name) in header.iter().enumerate() {
            let Some(token) = named(column, name, tokens)? else { continue };
            if let Some(first) = found[token].replace(column) {
                let (first, second) = (first + 1, column + 1);
                return Err(ColumnsError::Twice { token: tokens[token].clone(), first, second });
            }
            is_known[column] = true;
        }
        // An attribute is looked up as written and then without its prefix, as everywhere.
        for (token, column) in tokens.iter().zip(&mut found).filter(|(_, column)| column.is_none())
        {
            let short = token.name.strip_prefix("variant_").filter(|_| token.kind == "variant");
            let Some(short) = short else { continue };
            *column =
                header.iter().position(|name| name == short || *name == format!("${{{short}}}"));
            column.iter().for_each(|column| is_known[*column] = true);
        }
        let missing = tokens.iter().zip(&found).filter(|(_, column)| column.is_none());
        let missing: Vec<_> = missing.map(|(token, _)| token.clone()).collect();
        if !missing.is_empty() {
            return Err(ColumnsError::Missing { tokens: missing, found: header.to_vec() });
        }
        let place = |name: &String| {
            let column = header.iter().position(|one| one == name);
            column.ok_or_else(|| ColumnsError::NotThere {
                name: name.clone(),
                found: header.to_vec(),
            })
        };
        let copied = copied.iter().map(place).collect::<Result<Vec<_>, _>>()?;
        copied.iter().for_each(|column| is_known[*column] = true);
        let unknown = header.iter().enumerate().filter(|(column, _)| !is_known[*column]);
        Ok(Self {
            tokens: found.into_iter().flatten().collect(),
            copied,
            unknown: unknown.map(|(column, name)| (column + 1, name.clone())).collect(),
            count: header.len(),
        })
    }
}

/// The token that a column is for, if it is for one.
fn named(column: usize, name: &str, tokens: &[Token]) -> Result<Option<usize>, ColumnsError> {
    let written = tokens.iter().position(|one| one.to_string() == name);
    if written.is_some() {
        return Ok(written);
    }
    let mut all = tokens.iter().enumerate();
    let bare: Vec<_> =
        all.by_ref().filter(|(_, one)| one.name == name || one.inside() == name).collect();
    match bare[..] {
        [] => Ok(None),
        [(token, _)] => Ok(Some(token)),
        [..] => Err(ColumnsError::Ambiguous {
            column: column + 1,
            name: name.to_owned(),
            tokens: bare.into_iter().map(|(_, token)| token.clone()).collect(),
        }),
    }
}

/// The first few, in quotes.
fn listed(all: &[impl fmt::Display]) -> String {
    const SHOWN: usize = 5;
    let mut text: Vec<_> = all.iter().take(SHOWN).map(|one| format!("`{one}`")).collect();
    match all.len() {
        0 => text.push("none".to_owned()),
        count if count > SHOWN => text.push(format!("{} more", count - SHOWN)),
        _ => {}
    }
    text.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(kind: &str, name: &str) -> Token {
        Token { kind: kind.to_owned(), name: name.to_owned() }
    }

    /// The columns of the tokens `${name}`, `{{vrbl:CODE}}`, `{{entity:name}}` and
    /// `${variant_hours}`, and those that are none.
    fn columns(header: &[&str]) -> Result<(Vec<usize>, Vec<usize>), String> {
        let tokens = [
            token("variant", "name"),
            token("variable", "CODE"),
            token("entity", "name"),
            token("variant", "variant_hours"),
        ];
        let header: Vec<_> = header.iter().map(|&name| name.to_owned()).collect();
        match Columns::of(&header, &tokens, &[]) {
            Ok(found) => {
                Ok((found.tokens, found.unknown.into_iter().map(|(column, _)| column).collect()))
            }
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn a_column_is_named_as_its_token_is_written_or_as_it_is_short() {
        for (header, expected) in [
            (["${name}", "{{vrbl:CODE}}", "{{entity:name}}", "${variant_hours}"], [0, 1, 2, 3]),
            (["hours", "CODE", "entity:name", "${name}"], [3, 1, 2, 0]),
            (["variant_hours", "entity:name", "vrbl:CODE", "${name}"], [3, 2, 1, 0]),
            (["${hours}", "entity:name", "vrbl:CODE", "${name}"], [3, 2, 1, 0]),
        ] {
            assert_eq!(columns(&header), Ok((expected.to_vec(), vec![])), "{header:?}");
        }
    }

    #[test]
    fn a_column_that_no_token_asks_for_is_told() {
        let header = ["phone", "${name}", "CODE", "entity:name", "hours", "code"];
        assert_eq!(columns(&header), Ok((vec![1, 2, 3, 4], vec![1, 6])));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (header, expected) in [
            (
                &["${name}", "hours"][..],
                "no column for `{{vrbl:CODE}}`, `{{entity:name}}`: expected one for each token, named \
                 `CODE` or `{{vrbl:CODE}}`; found `${name}`, `hours`",
            ),
            (
                &["CODE", "name"],
                "column 2, `name`, may be `${name}`, `{{entity:name}}`; name it as the token is \
                 written",
            ),
            (
                &["CODE", "vrbl:CODE"],
                "columns 1 and 2 are both for `{{vrbl:CODE}}`; expected one for each token",
            ),
        ] {
            assert_eq!(columns(header), Err(expected.to_owned()));
        }
        let missing = Columns::of(&[], &[], &["to".to_owned()]).map_err(|error| error.to_string());
        assert_eq!(missing, Err("no column `to` to copy; found none".to_owned()));
    }

    #[test]
    fn one_column_is_for_an_attribute_with_and_without_its_prefix() {
        let tokens = [token("variant", "hours"), token("variant", "variant_hours")];
        let found = Columns::of(&["hours".to_owned()], &tokens, &[]).map(|found| found.tokens);
        assert_eq!(found, Ok(vec![0, 0]));
    }
}
