//! Template files of the PolyAI Agent Development Kit (`config/sms_templates.yaml`): a list
//! `sms_templates` of `name`, `text` and `env_phone_numbers`.

use std::path::Path;

use saphyr::{LoadableYamlNode, MarkedYaml};

use super::source::{From, Place, Placed, Source, SourceError};

/// The templates of a file. `found`: the file was found in a folder, and may be about something
/// else.
pub(super) fn templates(path: &Path, text: &str, found: bool) -> Result<Vec<Source>, SourceError> {
    let refused =
        |place, message: String| SourceError::Yaml { path: path.to_owned(), place, message };
    let documents = MarkedYaml::load_from_str(text).map_err(|error| {
        let mark = error.marker();
        let place = Place { line: mark.line().max(1), column: mark.col() + 1 };
        refused(place, format!("expected YAML, found {}", error.info()))
    })?;
    let start = Place { line: 1, column: 1 };
    let list = documents.first().and_then(|document| document.data.as_mapping_get("sms_templates"));
    let Some(list) = list else {
        return match found {
            true => Ok(Vec::new()),
            false => Err(refused(start, "expected a list `sms_templates`, found none".into())),
        };
    };
    let Some(list) = list.data.as_sequence() else {
        return Err(refused(place_of(list), "expected `sms_templates` to be a list".into()));
    };
    let file = File { lines: text.split('\n').collect() };
    let template = |node: &MarkedYaml<'_>| {
        let field = |name: &str| -> Result<Option<Placed>, SourceError> {
            let Some(value) = node.data.as_mapping_get(name) else { return Ok(None) };
            match value.data.as_str() {
                Some(string) => Ok(Some(file.placed(string, value))),
                None => Err(refused(
                    place_of(value),
                    format!("expected `{name}` to be text; put it in quotes"),
                )),
            }
        };
        let expected = |name: &str| {
            let message = format!("expected a template with `name` and `text`, found no `{name}`");
            refused(place_of(node), message)
        };
        let title = field("name")?.ok_or_else(|| expected("name"))?;
        let body = field("text")?.ok_or_else(|| expected("text"))?;
        let numbers = node.data.as_mapping_get("env_phone_numbers");
        let sender = |environment| {
            let value = numbers?.data.as_mapping_get(environment)?;
            let text = value.data.as_str().filter(|text| !text.is_empty())?;
            Some((environment, file.placed(text, value)))
        };
        Ok(Source {
            path: Some(path.to_owned()),
            title: Some(title),
            body,
            senders: ["live", "pre_release", "sandbox"].into_iter().filter_map(sender).collect(),
        })
    };
    list.iter().map(template).collect()
}

fn place_of(node: &MarkedYaml<'_>) -> Place {
    Place { line: node.span.start.line().max(1), column: node.span.start.col() + 1 }
}

struct File<'a> {
    lines: Vec<&'a str>,
}

impl File<'_> {
    /// Finds out how a scalar's text stands in the file: as it is, after a quote, or indented.
    fn placed(&self, text: &str, node: &MarkedYaml<'_>) -> Placed {
        let start = place_of(node);
        let line = |number: usize| self.lines.get(number - 1).copied().unwrap_or_default();
        let from_column = |place: Place| {
            let rest = line(place.line).char_indices().nth(place.column - 1);
            rest.map_or("", |(at, _)| &line(place.line)[at..])
        };
        let placed = |from| Placed { text: text.to_owned(), from };
        for skipped in [0, 1] {
            let place = Place { column: start.column + skipped, ..start };
            if !text.contains('\n') && !text.is_empty() && from_column(place).starts_with(text) {
                return placed(From::Start(place));
            }
        }
        // A literal block: each line of the text is a line of the file, indented alike.
        let first = text.split('\n').next().unwrap_or_default();
        for number in start.line..=(start.line + 1).min(self.lines.len()) {
            let indent = line(number).chars().take_while(|c| *c == ' ').count();
            let block = Place { line: number, column: indent + 1 };
            let same = |(at, expected): (usize, &str)| {
                let found = line(number + at).trim_end_matches('\r');
                expected.is_empty() && found.trim().is_empty()
                    || found.get(indent..).is_some_and(|found| found == expected)
            };
            let lines = text.strip_suffix('\n').unwrap_or(text);
            if !first.is_empty() && lines.split('\n').enumerate().all(same) {
                return placed(From::Block(block));
            }
        }
        placed(From::Somewhere(start))
    }
}
