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
        let values: Values =
            witness.values.iter().map(|(k, n, v)| ((*k, n.clone()), v.clone())).collect();
        assert_eq!(values.len(), witness.values.len(), "each token has one value: {witness:?}");
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
        // Names alone tell no tokens apart: `x` is two of them, and so is `p`.
        let written = ["{{entity:x}}", "{{vrbl:x}}", "{{tn:p}}", "${p}", "${variant_q}"];
        let mut body = literals[0].clone();
        for (token, literal) in tokens.iter().zip(&literals[1..]) {
            body += written[*token];
            body += literal;
        }
        let known = [
            (Kind::Entity, String::from("x"), domains.0),
            (Kind::Variable, String::from("x"), domains.1),
            (Kind::Translation, String::from("p"), domains.2),
        ];
        let used = known.into_iter().enumerate().filter(|(at, _)| tokens.contains(at));
        let rows = if tokens.iter().any(|&at| at >= 3) { rows } else { Vec::new() };
        check(&body, &Domains { tokens: used.map(|(_, one)| one).collect(), rows });
    }
}

/// Bodies whose every token lies at a border: a piece of text ends some units before it, and so does
/// the next one. What a value leaves empty decides, and what is best in one place is not in another.
fn at_borders() -> impl Strategy<Value = (String, Domains)> {
    let before = || prop::collection::vec(0_usize..6, 4);
    let order = prop::collection::vec(0_usize..2, 2..4);
    let values = || prop::collection::vec("[ab]{0,4}", 1..5);
    (any::<bool>(), before(), order, values(), values()).prop_map(|(gsm, before, order, x, y)| {
        let (limit, single, pair) = if gsm { (153, 'a', '€') } else { (67, 'ê', '😀') };
        let mut body = String::new();
        for (at, before) in before.iter().enumerate().take(order.len() + 1) {
            // In UCS-2 one letter more forces it, whatever the values are.
            body.extend(std::iter::repeat_n(single, limit - before));
            body += order.get(at).map_or("", |&token| ["{{entity:x}}", "{{tn:x}}"][token]);
        }
        let spelled = |values: Vec<String>| {
            let letter = |c| if c == 'a' { single } else { pair };
            Domain::Values(values.iter().map(|value| value.chars().map(letter).collect()).collect())
        };
        let known = [(Kind::Entity, spelled(x)), (Kind::Translation, spelled(y))].into_iter();
        let used = known.enumerate().filter(|(at, _)| order.contains(at));
        let tokens = used.map(|(_, (kind, domain))| (kind, String::from("x"), domain)).collect();
        (body, Domains { tokens, rows: Vec::new() })
    })
}

/// Bodies of nearly as many characters as a message may have, whose units end near a border.
fn at_the_limit() -> impl Strategy<Value = (String, Domains)> {
    let alphabet = prop_oneof![Just(Alphabet::Gsm), Just(Alphabet::Digits), Just(Alphabet::Any)];
    let text = (0_usize..4, alphabet)
        .prop_map(|(max_chars, alphabet)| Domain::Text { max_chars, alphabet });
    let number =
        (-120_i64..12, 0_i64..130).prop_map(|(min, more)| Domain::Range { min, max: min + more });
    let values = prop::collection::vec("[a€]{0,8}", 1..4).prop_map(Domain::Values);
    let domain = prop_oneof![3 => text, 1 => number, 1 => values];
    let parts = (1590_usize..1600, 0_usize..153, 0_usize..5, any::<bool>());
    (parts, domain.clone(), domain).prop_map(|((chars, pairs, spare, forced), x, y)| {
        // More pairs until so many units are left in the last segment, or all are pairs.
        let (single, pair) = if forced { ('ê', '😀') } else { ('a', '€') };
        let literal = |pairs: usize| -> String {
            let pairs = pairs.min(chars);
            std::iter::repeat_n(pair, pairs)
                .chain(std::iter::repeat_n(single, chars - pairs))
                .collect()
        };
        let near = |pairs: &usize| count(&literal(*pairs), Policy::Standard).remaining == spare;
        let pairs = (pairs..pairs + 160).find(near).unwrap_or(pairs);
        let body = literal(pairs) + "{{entity:x}}{{vrbl:x}}";
        let tokens = [(Kind::Entity, x), (Kind::Variable, y)];
        let tokens = tokens.map(|(kind, domain)| (kind, String::from("x"), domain)).into();
        (body, Domains { tokens, rows: Vec::new() })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn bounds_are_exact_where_every_token_lies_at_a_border((body, domains) in at_borders()) {
        check(&body, &domains);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn bounds_are_exact_at_the_limit_of_a_message((body, domains) in at_the_limit()) {
        check(&body, &domains);
    }
}

#[test]
fn what_crosses_a_border_may_fit_a_single_segment_after_all() {
    // A pair at the border of concatenated segments ends one unit after its units: 160 and 70 fit.
    for (before, pair, after) in [(152, "€", 6), (66, "😀", 2)] {
        let filler = if before == 152 { "a" } else { "ê" };
        for more in [0, 1] {
            let [before, after] = [before, after + more].map(|times| filler.repeat(times));
            let body = format!("{before}{{{{entity:x}}}}{after}");
            check(&body, &one("x", Domain::Values(vec![pair.into(), filler.into()])));
        }
    }
}

#[test]
fn a_number_has_a_sign_only_below_zero_and_any_length_between_its_ends() {
    let body = format!("{}{{{{entity:x}}}}", "a".repeat(159));
    check(&body, &one("x", Domain::Range { min: 0, max: 0 }));
    // -150 has a character too many for a message, -5 a unit too few for one segment more.
    let body = format!("{}{}{{{{entity:x}}}}", "€".repeat(83), "a".repeat(1514));
    check(&body, &one("x", Domain::Range { min: -150, max: -5 }));
}

#[test]
fn a_text_of_any_length_takes_exactly_the_length_that_is_left_for_it() {
    let gsm = |max_chars| Domain::Text { max_chars, alphabet: Alphabet::Gsm };
    let two = |x, y| Domains {
        tokens: vec![(Kind::Entity, "x".into(), x), (Kind::Variable, "y".into(), y)],
        rows: Vec::new(),
    };
    // One value makes the message too long, so that characters are counted; with the other, all
    // of the text's own characters are needed for the second segment.
    let values = Domain::Values(vec!["b".into(), "b".repeat(1700)]);
    let body = format!("{}{{{{entity:x}}}}{{{{vrbl:y}}}}", "a".repeat(154));
    check(&body, &two(values, gsm(3)));
    // Three characters are left. Three pairs begin a segment more, a letter and two pairs do not.
    let literal = format!("{}{}", "a".repeat(1516), "€".repeat(81));
    assert_eq!(count(&literal, Policy::Standard).remaining, 5);
    let values = Domain::Values(vec![String::new(), "b".into()]);
    check(&format!("{literal}{{{{entity:x}}}}{{{{vrbl:y}}}}"), &two(values, gsm(3)));
}

#[test]
fn a_witness_names_an_attribute_as_its_row_does_and_any_other_token_as_it_is_written() {
    let row = Row { variant: "v".into(), values: vec![("q".into(), "a".into())] };
    let known = (Kind::Entity, String::from("variant_q"), Domain::Values(vec!["b".into()]));
    let domains = Domains { tokens: vec![known], rows: vec![row] };
    let template = Template::new("${variant_q} {{entity:variant_q}}").unwrap();
    let found = bounds(&template, &domains, Policy::Standard).unwrap();
    let witness = found.max.unwrap().witness.unwrap();
    let names: Vec<_> = witness.values.iter().map(|(kind, name, _)| (*kind, &**name)).collect();
    assert_eq!(names, [(Kind::Variant, "q"), (Kind::Entity, "variant_q")]);
}

#[test]
fn graphemes_are_bounded_from_outside_once_there_is_a_border() {
    let template = Template::new("{{entity:x}}").unwrap();
    let found = |values: &[usize]| {
        let values = values.iter().map(|&times| "a".repeat(times)).collect();
        let domains = one("x", Domain::Values(values));
        let found = bounds(&template, &domains, Policy::Graphemes).unwrap();
        let extreme = |one: Option<Extreme>| one.map(|one| (one.segments, one.witness.is_some()));
        (found.exact, extreme(found.min), extreme(found.max))
    };
    assert_eq!(found(&[1, 160]), (true, Some((1, true)), Some((1, true))));
    assert_eq!(found(&[1, 161]), (false, Some((1, false)), Some((5, false))));
    assert_eq!(found(&[161, 400]), (false, Some((2, false)), Some((7, false))));
}

fn one(name: &str, domain: Domain) -> Domains {
    Domains { tokens: vec![(Kind::Entity, name.into(), domain)], rows: Vec::new() }
}

#[test]
fn endless_domains_reach_the_limit_of_a_message() {
    let template = Template::new("{{entity:x}}b{{entity:y}}").unwrap();
    // Alone, a text holds all 1,600, and before one letter 1,599.
    let endless = Domain::Text { max_chars: 1_000_000_000, alphabet: Alphabet::Gsm };
    for body in ["{{entity:x}}", "{{entity:x}}b"] {
        let alone = Template::new(body).unwrap();
        let found = bounds(&alone, &one("x", endless.clone()), Policy::Standard).unwrap();
        assert_eq!(found.max.map(|max| max.segments), Some(22), "{body}");
    }
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
    // Four tokens, four times each, always some units before a border: what is best for one place
    // is not for the next, and every combination of the 70 orders of four pairs among four letters
    // would have to be tried.
    let before = [3, 6, 0, 4, 1, 3, 5, 1, 1, 8, 4, 3, 0, 5, 4, 4, 8];
    let mut body = String::new();
    for (at, before) in before.into_iter().enumerate() {
        body += &"ê".repeat(67 - before);
        if at < 16 {
            body += &format!("{{{{entity:t{}}}}}", at % 4);
        }
    }
    let orders = (0_u32..256).filter(|order| order.count_ones() == 4);
    let written =
        |order: u32| (0..8).map(|at| if order >> at & 1 == 1 { '😀' } else { 'ê' }).collect();
    let values = Domain::Values(orders.map(written).collect());
    let tokens = (0..4).map(|at| (Kind::Entity, format!("t{at}"), values.clone())).collect();
    let template = Template::new(&body).unwrap();
    let found = bounds(&template, &Domains { tokens, rows: Vec::new() }, Policy::Standard).unwrap();
    let extreme = |one: Option<Extreme>| one.map(|one| (one.segments, one.witness.is_some()));
    // 1,072 letters and 64 pairs are 1,200 units: 18 segments without an empty unit, and 16 places
    // that leave one.
    assert!(!found.exact);
    assert_eq!((extreme(found.min), extreme(found.max)), (Some((19, true)), Some((20, false))));
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
    let body = "${a} {{entity:x}} {{tn:y}} ${a} {{tn:a}} {{tn:y}} {{tn:z}}";
    let template = Template::new(body).unwrap();
    let unknown =
        bounds(&template, &one("x", Domain::Values(vec![])), Policy::Standard).unwrap_err();
    let names: Vec<_> = unknown.iter().map(|token| (token.kind, token.name)).collect();
    let translations = ["y", "a", "z"].map(|name| (Kind::Translation, name));
    assert_eq!(names, [[(Kind::Variant, "a")].as_slice(), &translations].concat());
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
