//! Bounds are what a count of every single message says, repeats, rows and the limit of 1,600
//! characters included.

use std::collections::BTreeMap;

use proptest::prelude::*;
use verbatim_core::{
    Alphabet, Bounds, Domain, Domains, Extreme, Kind, Missing, Policy, Row, Template, bounds,
    count, limits::MESSAGE_CHARS,
};

/// Every text of a domain, the four classes of characters standing for all: (septets, code units)
/// are (1, 1), (2, 1), (none, 1), (none, 2).
fn texts(domain: &Domain) -> Vec<String> {
    let (max_chars, alphabet) = match domain {
        Domain::Values(values) => return values.clone(),
        Domain::Range { min, max } => return (*min..=*max).map(|n| n.to_string()).collect(),
        Domain::Text { max_chars, alphabet } => (*max_chars, *alphabet),
    };
    let letters: &[char] = match alphabet {
        Alphabet::Gsm => &['a', '€'],
        Alphabet::Digits => &['7'],
        Alphabet::Any => &['a', '€', 'ê', '😀'],
    };
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..max_chars {
        let longer =
            last.iter().flat_map(|text| letters.iter().map(move |&c| format!("{text}{c}")));
        last = longer.collect();
        all.extend(last.iter().cloned());
    }
    all
}

type Values = BTreeMap<(Kind, String), String>;

fn render(template: &Template<'_>, values: &Values) -> Option<String> {
    let list: Vec<_> = values.iter().map(|((k, n), v)| (*k, n.as_str(), v.as_str())).collect();
    let text = template.render(&list[..], Missing::Refuse).ok()?;
    (text.chars().count() <= MESSAGE_CHARS).then_some(text)
}

/// The fewest and the most segments of all messages, by counting each.
fn by_counting(template: &Template<'_>, domains: &Domains) -> Option<(usize, usize)> {
    let attributes = |row: &Row| {
        row.values.iter().map(|(n, v)| ((Kind::Variant, n.clone()), v.clone())).collect::<Values>()
    };
    let mut all: Vec<Values> = match domains.rows.as_slice() {
        [] => vec![Values::new()],
        rows => rows.iter().map(attributes).collect(),
    };
    for (kind, name, domain) in &domains.tokens {
        let texts = texts(domain);
        let with = |values: &Values, text: &String| {
            let mut values = values.clone();
            values.insert((*kind, name.clone()), text.clone());
            values
        };
        all = all
            .iter()
            .flat_map(|values| texts.iter().map(move |text| with(values, text)))
            .collect();
    }
    let counts = all.iter().filter_map(|values| render(template, values));
    let counts: Vec<_> = counts.map(|text| count(&text, Policy::Standard).segments).collect();
    Some((*counts.iter().min()?, *counts.iter().max()?))
}

fn check(body: &str, domains: &Domains) {
    let template = Template::new(body).unwrap();
    let found = bounds(&template, domains, Policy::Standard).unwrap();
    let Bounds { exact, min, max } = &found;
    assert!(exact, "{found:?}");
    let expected = by_counting(&template, domains);
    let segments = |extreme: &Option<Extreme>| extreme.as_ref().map(|one| one.segments);
    let both = (segments(min), segments(max));
    assert_eq!(both, (expected.map(|e| e.0), expected.map(|e| e.1)), "{body:?} {domains:?}");
    for extreme in [min, max].into_iter().flatten() {
        let witness = extreme.witness.as_ref().unwrap();
        let values = witness.values.iter().map(|(k, n, v)| ((*k, n.clone()), v.clone())).collect();
        let text = render(&template, &values).expect("the witness can be sent");
        let count = count(&text, Policy::Standard);
        assert_eq!((count.segments, count.encoding), (extreme.segments, extreme.encoding));
        assert_eq!(witness.variant.is_some(), body.contains("${"));
    }
}

/// Literal text that ends near a border of some encoding, with either kind of character.
fn literal() -> impl Strategy<Value = String> {
    let near = prop_oneof![
        4 => 0_usize..6,
        2 => 60_usize..72,
        2 => 128_usize..162,
        1 => 300_usize..310,
        1 => 1590_usize..1600,
    ];
    let last = prop_oneof![5 => Just('a'), 2 => Just('€'), 1 => Just('ê'), 1 => Just('😀')];
    (near, last, 0_usize..2).prop_map(|(length, last, rest)| {
        let filler = "a".repeat(length.saturating_sub(rest));
        filler + &String::from(last).repeat(rest)
    })
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a€ê😀]{0,3}",
        1 => (0_usize..8).prop_map(|n| "€".repeat(n)),
        1 => (60_usize..80).prop_map(|n| "x".repeat(n)),
        1 => (30_usize..40).prop_map(|n| "😀".repeat(n)),
    ]
}

fn domain() -> impl Strategy<Value = Domain> {
    let alphabet = prop_oneof![Just(Alphabet::Gsm), Just(Alphabet::Digits), Just(Alphabet::Any)];
    let text = |(max_chars, alphabet)| Domain::Text { max_chars, alphabet };
    let range = |(min, more)| Domain::Range { min, max: min + more };
    prop_oneof![
        4 => prop::collection::vec(value(), 0..4).prop_map(Domain::Values),
        2 => (0_usize..4, alphabet).prop_map(text),
        1 => (-12_i64..12, 0_i64..30).prop_map(range),
    ]
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = |(at, values): (usize, Vec<String>)| Row {
        variant: format!("v{at}"),
        values: ["p", "q"].into_iter().map(String::from).zip(values).collect(),
    };
    prop::collection::vec(prop::collection::vec(value(), 2), 1..4)
        .prop_map(move |rows| rows.into_iter().enumerate().map(row).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn bounds_are_what_counting_every_message_says(
        literals in prop::collection::vec(literal(), 5),
        tokens in prop::collection::vec(0_usize..5, 0..4),
        domains in (domain(), domain(), domain()),
        rows in rows(),
    ) {
        let written = ["{{entity:x}}", "{{vrbl:y}}", "{{tn:z}}", "${p}", "${variant_q}"];
        let mut body = literals[0].clone();
        for (token, literal) in tokens.iter().zip(&literals[1..]) {
            body += written[*token];
            body += literal;
        }
        let known = [
            (Kind::Entity, String::from("x"), domains.0),
            (Kind::Variable, String::from("y"), domains.1),
            (Kind::Translation, String::from("z"), domains.2),
        ];
        let used = known.into_iter().enumerate().filter(|(at, _)| tokens.contains(at));
        let rows = if tokens.iter().any(|&at| at >= 3) { rows } else { Vec::new() };
        check(&body, &Domains { tokens: used.map(|(_, one)| one).collect(), rows });
    }
}

fn one(name: &str, domain: Domain) -> Domains {
    Domains { tokens: vec![(Kind::Entity, name.into(), domain)], rows: Vec::new() }
}

#[test]
fn endless_domains_reach_the_limit_of_a_message() {
    let template = Template::new("{{entity:x}}b{{entity:y}}").unwrap();
    // 1,599 characters and `b`: 76 pairs a segment in GSM-7, 33 in UCS-2.
    for (alphabet, most) in [(Alphabet::Gsm, 22), (Alphabet::Digits, 11), (Alphabet::Any, 49)] {
        let endless = Domain::Text { max_chars: 1_000_000_000, alphabet };
        let tokens = ["x", "y"].map(|n| (Kind::Entity, n.into(), endless.clone())).into();
        let found =
            bounds(&template, &Domains { tokens, rows: Vec::new() }, Policy::Standard).unwrap();
        let max = found.max.unwrap();
        assert_eq!((found.exact, max.segments), (true, most), "{alphabet:?}");
        let values = max.witness.unwrap().values;
        let list: Vec<_> = values.iter().map(|(k, n, v)| (*k, n.as_str(), v.as_str())).collect();
        let text = template.render(&list[..], Missing::Refuse).unwrap();
        assert_eq!(count(&text, Policy::Standard).segments, most);
        assert!(text.chars().count() <= MESSAGE_CHARS);
        assert_eq!(found.min.unwrap().segments, 1);
    }
}

#[test]
fn a_search_that_is_cut_short_says_so_and_bounds_from_outside() {
    // Two tokens of any length, more than once, beyond what fits: every pair of lengths would
    // have to be tried.
    let body = "{{entity:x}}ab{{entity:y}}€{{entity:x}}cd€{{entity:y}}{{entity:x}}";
    let template = Template::new(body).unwrap();
    let text = Domain::Text { max_chars: 700, alphabet: Alphabet::Any };
    let tokens = ["x", "y"].map(|n| (Kind::Entity, n.into(), text.clone())).into();
    let start = std::time::Instant::now();
    let found = bounds(&template, &Domains { tokens, rows: Vec::new() }, Policy::Standard).unwrap();
    println!("{:?} {:?}", start.elapsed(), found.exact);
    // 1,593 letters out of 3 x + 2 y and 7 others would take 49; what is found is no less.
    assert!(found.max.as_ref().unwrap().segments >= 48, "{found:?}");
    assert_eq!(found.exact, found.max.unwrap().witness.is_some());
}

#[test]
fn a_message_that_cannot_be_sent_does_not_count() {
    let body = format!("{}{{{{entity:x}}}}", "x".repeat(1590));
    check(&body, &one("x", Domain::Values(vec!["y".repeat(11)])));
    check(&body, &one("x", Domain::Values(vec!["y".repeat(11), "€".repeat(10)])));
    check("{{entity:x}}", &one("x", Domain::Values(Vec::new())));
}

#[test]
fn a_token_without_a_domain_is_named() {
    let template = Template::new("${a} {{entity:x}} {{tn:y}} ${a}").unwrap();
    let unknown =
        bounds(&template, &one("x", Domain::Values(vec![])), Policy::Standard).unwrap_err();
    let names: Vec<_> = unknown.iter().map(|token| (token.kind, token.name)).collect();
    assert_eq!(names, [(Kind::Variant, "a"), (Kind::Translation, "y")]);
}

#[test]
fn twelve_tokens_of_a_hundred_values_are_exact() {
    let mut body = String::from("Dear customer, ");
    let mut tokens = Vec::new();
    for at in 0..12 {
        body += &format!("part {at}: {{{{entity:t{at}}}}} and ");
        let values = (0..100_usize).map(|n| match (n + at) % 7 {
            0 => format!("{} Straße €{n}", "x".repeat(n % 13)),
            1 => format!("Château d'Été {n}"),
            _ => "word ".repeat(n % 9),
        });
        tokens.push((Kind::Entity, format!("t{at}"), Domain::Values(values.collect())));
    }
    let template = Template::new(&body).unwrap();
    let domains = Domains { tokens, rows: Vec::new() };
    let start = std::time::Instant::now();
    let found = bounds(&template, &domains, Policy::Standard).unwrap();
    println!("{:?}: {found:?}", start.elapsed());
    assert!(found.exact);
}
