//! What must be true of a project's files together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;
use verbatim_core::quote;

use super::read::Reader;
use super::yaml::Node;
use super::{Entry, Kind};

/// Each attribute has a value for each variant, and for nothing else.
pub(super) fn check_values(reader: &mut Reader<'_>, found: &[(Entry, &Node)]) {
    let of = |kind| found.iter().filter(move |(entry, _)| entry.kind == kind);
    let variants: BTreeSet<_> = of(Kind::Variant).map(|(entry, _)| entry.name.as_str()).collect();
    for (entry, node) in of(Kind::Attribute) {
        let Some(Value::Object(values)) = entry.content.get("values") else { continue };
        let name = quote(&entry.name);
        let place = Some(node.get("values").unwrap_or(node).place);
        let path = Path::new("config/variant_attributes.yaml");
        if let Some(variant) = variants.iter().find(|it| !values.contains_key(**it)) {
            let variant = quote(variant);
            let message = format!(
                "expected a value of {name} for each variant, found none for {variant}; add \
                 one, if only an empty text"
            );
            reader.refuse(path, place, message);
        }
        if let Some(other) = values.keys().find(|it| !variants.contains(it.as_str())) {
            let other = quote(other);
            let message = format!(
                "expected values of {name} for variants, found one for {other}, which is none; \
                 add it to `variants`, or take it out"
            );
            reader.refuse(path, place, message);
        }
    }
}

/// A translation holds no other, and whatever names one names one that is there.
pub(super) fn check_translations(reader: &mut Reader<'_>, found: &[(Entry, &Node)]) {
    let texts = |entry: &Entry| -> Vec<(String, String)> {
        let texts = entry.content.get("translations").and_then(Value::as_object);
        let text = |(key, text): (&String, &Value)| Some((key.clone(), text.as_str()?.to_owned()));
        texts.into_iter().flatten().filter_map(text).collect()
    };
    let all: BTreeMap<&str, Vec<String>> = found
        .iter()
        .filter(|(entry, _)| entry.kind == Kind::Translation)
        .map(|(entry, _)| {
            let names = texts(entry).into_iter().flat_map(|(_, text)| named(&text));
            (entry.name.as_str(), names.collect())
        })
        .collect();
    for (entry, node) in found {
        let path = entry.source.as_ref().map(|source| source.path.clone()).unwrap_or_default();
        let path = path.strip_prefix(reader.folder).unwrap_or(&path);
        match entry.kind {
            Kind::Translation => {
                let name = quote(&entry.name);
                if texts(entry).is_empty() {
                    let message = format!(
                        "expected a text of {name} for a language at least, found none; add one"
                    );
                    let place = node.get("translations").unwrap_or(node).place;
                    reader.refuse(path, Some(place), message);
                }
                for (language, text) in texts(entry) {
                    let Some(other) = named(&text).into_iter().next() else { continue };
                    let place = node.at(&["translations", &language]).unwrap_or(node).place;
                    let token = quote(&format!("{{{{tn:{other}}}}}"));
                    let message = match (all.contains_key(&*other), cycle(&all, &entry.name)) {
                        (_, Some(cycle)) => format!(
                            "expected a text that comes to an end, found a circle: {cycle}; \
                             write out what {token} stands for"
                        ),
                        (false, None) => format!(
                            "expected a translation that is there, found {token}; write out \
                             what it stands for"
                        ),
                        (true, None) => format!(
                            "expected a text without tokens, found {token}, which would be sent \
                             as it stands; write out what it stands for"
                        ),
                    };
                    reader.refuse(path, Some(place), message);
                }
            }
            Kind::Template if !all.is_empty() => {
                let body = entry.source.as_ref().and_then(|source| source.text.as_ref());
                let Some(body) = body else { continue };
                let missing = |name: &String| !all.contains_key(name.as_str());
                let Some(name) = named(&body.text).into_iter().find(missing) else { continue };
                let token = format!("{{{{tn:{name}}}}}");
                let place = body.place(body.text.find(&token).unwrap_or_default());
                let token = quote(&token);
                let message = format!(
                    "expected a translation that is there, found {token}; add it to \
                     `config/translations.yaml`"
                );
                reader.refuse(path, Some(place), message);
            }
            Kind::Variant
            | Kind::Attribute
            | Kind::Entity
            | Kind::Handoff
            | Kind::Template
            | Kind::Action => {}
        }
    }
}

/// The translations that a text names.
fn named(text: &str) -> Vec<String> {
    let parts = text.split("{{tn:").skip(1);
    parts.filter_map(|part| Some(part.split_once("}}")?.0.to_owned())).collect()
}

/// The way from a translation back to itself.
fn cycle(all: &BTreeMap<&str, Vec<String>>, name: &str) -> Option<String> {
    let mut ways = vec![vec![name.to_owned()]];
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop() {
        for next in all.get(way.last()?.as_str()).into_iter().flatten() {
            let longer: Vec<_> = way.iter().chain([next]).cloned().collect();
            if next == name {
                return Some(longer.iter().map(|it| quote(it)).collect::<Vec<_>>().join(" to "));
            }
            if seen.insert(next.clone()) {
                ways.push(longer);
            }
        }
    }
    None
}
