//! The rows of the table: what is done, by whom, and what is to be reached.

use std::hint::black_box;

use verbatim_core::{
    Campaign, Domain, Domains, Draft, Kind, Missing, Names, Policy, Rules, Slots, Template, bounds,
    check, classify, count, parse, segments,
};
use verbatim_tests::bench::{self, Judged, ROUNDS};

use crate::batch;
use crate::engine::{self, BODY, TEXT, VALUES};
use crate::goal::Goal;
use crate::sandbox;
use crate::timing::{Contender, Measured, measure};

/// Rounds of a row: with `--short` as few as show that it runs.
pub fn rounds() -> usize {
    if std::env::args().any(|argument| argument == "--short") { 5 } else { ROUNDS }
}

/// A row, measured.
#[derive(Debug)]
pub struct Row {
    pub what: String,
    pub goals: Vec<Goal>,
    pub measured: Vec<Measured>,
}

impl Row {
    /// The row as the record keeps it: judged.
    pub fn recorded(self) -> bench::Row {
        let judged = self.goals.iter().map(|goal| {
            let (goal, reached) = goal.judge(&self.measured);
            Judged { goal, reached }
        });
        bench::Row {
            // The contenders of a growth row are one engine's sizes.
            same_work: !self.goals.iter().any(|goal| matches!(goal, Goal::Linear)),
            goals: judged.collect(),
            what: self.what,
            nanoseconds: self.measured,
        }
    }
}

pub fn row(what: &str, goals: Vec<Goal>, contenders: Vec<Contender<'_>>) -> Row {
    eprintln!("{what}");
    Row { what: what.to_owned(), goals, measured: measure(contenders, rounds()) }
}

/// Everything that runs in the sandbox.
///
/// # Errors
/// A sentence that says why there are no rows.
pub fn sandboxed() -> Result<Vec<Row>, String> {
    let rows = sandbox::rows()?;
    Ok(rows.into_iter().map(|(what, goals, contenders)| row(what, goals, contenders)).collect())
}

/// Everything that runs natively, in the order of the table.
pub fn native() -> Vec<Row> {
    let mut rows = vec![
        row("parse and render", vec![Goal::TimesTheFastestPeer(2.0)], engine::parse_and_render()),
        row(
            "parse and render, values by position",
            vec![Goal::TimesTheFastestPeer(2.0)],
            engine::parse_and_render_by_position(),
        ),
        row("render, parsed before", vec![Goal::TimesTheFastestPeer(1.5)], engine::render()),
    ];
    rows.extend(by_position());
    rows.extend(batch::rows());
    rows.extend(segment_rows());
    rows.push(classify_row());
    rows.push(check_row());
    rows.push(bounds_row());
    rows.extend(growth());
    rows
}

/// Values by position, as the batch gives them, beside a struct that the compiler knows.
fn by_position() -> [Row; 2] {
    let slots = Slots::of(&Template::new(BODY).expect("parses"));
    let values = VALUES.map(|(_, _, value)| Some(value));
    let ramhorns = ramhorns::Template::new(engine::ramhorns_body()).expect("parses");
    let goal = || vec![Goal::AtMostTimes(1.1, "ramhorns")];

    let ours = || {
        let mut text = String::with_capacity(TEXT.len());
        slots.render_into(&mut text, black_box(&values), Missing::Refuse).expect("has all values");
        text
    };
    let theirs = || ramhorns.render(black_box(&engine::STRUCT));
    assert_eq!((ours().as_str(), theirs().as_str()), (TEXT, TEXT));
    let fresh = row(
        "render by position, a new string each",
        goal(),
        vec![Contender::new("verbatim", ours), Contender::new("ramhorns", theirs)],
    );

    let (mut text, mut bytes) = (String::new(), Vec::new());
    let ours = || {
        text.clear();
        slots.render_into(&mut text, black_box(&values), Missing::Refuse).expect("has all values");
        text.len()
    };
    let theirs = || {
        bytes.clear();
        ramhorns.render_to_writer(&mut bytes, black_box(&engine::STRUCT)).expect("is memory");
        bytes.len()
    };
    let again = row(
        "render by position, into one buffer",
        goal(),
        vec![Contender::new("verbatim", ours), Contender::new("ramhorns", theirs)],
    );
    [fresh, again]
}

/// The texts whose segments are counted, here and in Node.
pub fn texts() -> [(&'static str, String); 3] {
    let gsm = |length| TEXT.chars().cycle().take(length).collect::<String>();
    [
        ("160 GSM characters", gsm(160)),
        ("480 GSM characters", gsm(480)),
        ("480 characters with emoji", format!("{}👋{}🎉", gsm(238), gsm(240))),
    ]
}

fn segment_rows() -> impl Iterator<Item = Row> {
    texts().into_iter().map(|(name, text)| {
        let splitter = sms_splitter::SplitSms::default();
        let ours = segments(&text, Policy::Standard).count.segments;
        assert_eq!(splitter.split(text.clone()).parts.len(), ours, "{name}");
        let goals = match text.chars().count() {
            160 => vec![
                Goal::Under(100.0, "verbatim `count`"),
                Goal::TimesFasterThan(300.0, "sms_splitter"),
            ],
            _ => vec![],
        };
        let contenders = vec![
            Contender::new("verbatim `count`", || count(black_box(&text), Policy::Standard)),
            Contender::new("verbatim `segments`", || segments(black_box(&text), Policy::Standard)),
            // It takes a `String`; the copy is a thousandth of its time.
            Contender::new("sms_splitter", || splitter.split(black_box(&text).clone())),
        ];
        row(&format!("segments of {name}"), goals, contenders)
    })
}

/// Replies of each sort: each has its own way through the rules.
const REPLIES: [&str; 4] =
    ["STOP", " Unsubscribe ! ", "please stop", "Thanks, see you tomorrow at eight then."];

fn classify_row() -> Row {
    let rules = Rules::default();
    let one = |text: &'static str| {
        let rules = &rules;
        Contender::new(format!("verbatim `{text}`"), move || classify(black_box(text), rules))
    };
    row("classify", vec![Goal::AllUnder(50.0)], REPLIES.map(one).into())
}

/// A body of the most characters that a body may have, with a finding here and there.
const LONG: &str = "Hi ${guest_name}, thank you for staying with us at {{entity:restaurant}}. Your \
    booking for Friday at half past seven is confirmed. Show the code {{vrbl:CONFIRMATION_CODE}} \
    at the door, and we will take you to your table. Running late? Please just call us on +44 20 7946 \
    0991, any time, and we will keep it for you. Would you like a seat outside, or one by the \
    fire?  Tell us in a message. Menu: https://www.theoldmill.example.com/find-us. \
    Reply CANCEL to cancel your booking. We hope to see you, Mill";

fn check_row() -> Row {
    assert_eq!(LONG.chars().count(), verbatim_core::limits::BODY_CHARS);
    let names = Names {
        variant: Some(vec!["guest_name".into()]),
        entity: Some(vec!["restaurant".into()]),
        variable: Some(vec!["CONFIRMATION_CODE".into()]),
        ..Names::default()
    };
    let draft = Draft {
        title: Some("reservation_confirmation"),
        body: LONG,
        names: Some(&names),
        campaign: Some(Campaign {
            links: Some(false),
            phone_numbers: Some(false),
            disclosure: true,
        }),
        ..Draft::default()
    };
    let found = check(&draft).diagnostics.len();
    row(
        &format!("check with all lints, 500 characters, {found} findings"),
        vec![Goal::AllUnder(10_000.0)],
        vec![Contender::new("verbatim", || check(black_box(&draft)))],
    )
}

fn bounds_row() -> Row {
    let name = |at: usize| format!("token_{at}");
    let body: String = (0..12).map(|at| format!("and {{{{entity:{}}}}} ", name(at))).collect();
    // Lengths differ from value to value, and so do alphabets and escape pairs.
    let value = |at: usize| {
        let end = ["", "€", "é", "ê", "👋"][at % 5];
        format!("{}{end}", "x".repeat(at % 23))
    };
    let values = |token: usize| (0..100).map(|at| value(at * 7 + token)).collect();
    let tokens = (0..12).map(|at| (Kind::Entity, name(at), Domain::Values(values(at)))).collect();
    let domains = Domains { tokens, ..Domains::default() };
    let template = Template::new(&body).expect("parses");
    let found = bounds(&template, &domains, Policy::Standard).expect("every token has a domain");
    assert!(found.exact, "the bounds are exact");
    row(
        "exact bounds, 12 tokens with 100 values each",
        vec![Goal::AllUnder(5_000_000.0)],
        vec![Contender::new("verbatim", || {
            bounds(black_box(&template), &domains, Policy::Standard).is_ok()
        })],
    )
}

/// Characters of the bodies whose growth is shown.
pub const SIZES: [usize; 4] = [100, 1_000, 10_000, 100_000];

fn growth() -> [Row; 2] {
    let unit: String = format!("${{name}} {}", &TEXT[..92]);
    let values = [(Kind::Variant, "name", "Zoe")];
    let bodies = SIZES.map(|size| unit.repeat(size / 100));
    let hostile = SIZES.map(|size| "${".repeat(size / 2));
    let name = |at: usize| format!("{} characters", SIZES[at]);
    let whole = |at: usize| {
        let (body, values) = (bodies[at].as_str(), &values[..]);
        assert_eq!(body.len(), SIZES[at]);
        Contender::new(name(at), move || {
            let template = Template::new(black_box(body)).expect("parses");
            let text = template.render(values, Missing::Refuse).expect("has all values");
            count(&text, Policy::Standard)
        })
    };
    let parsed = |at: usize| {
        let body = hostile[at].as_str();
        Contender::new(name(at), move || parse(black_box(body)).diagnostics_total())
    };
    let all = [0, 1, 2, 3];
    [
        row("growth: parse, render and count", vec![Goal::Linear], all.map(whole).into()),
        row("growth: parse a body of `${` alone", vec![Goal::Linear], all.map(parsed).into()),
    ]
}

/// What is run under callgrind, with the bytes that one call reads.
pub fn kernels() -> Vec<(Contender<'static>, usize)> {
    let template = Template::new(BODY).expect("parses");
    let slots = Slots::of(&template);
    let values = VALUES.map(|(_, _, value)| Some(value));
    let mut text = String::with_capacity(TEXT.len());
    let [(_, gsm), _, (_, emoji)] = texts();
    let (gsm_bytes, emoji_bytes) = (gsm.len(), emoji.len());
    vec![
        (Contender::new("parse", || Template::new(black_box(BODY)).is_ok()), BODY.len()),
        (
            Contender::new("render", move || {
                template.render(black_box(&VALUES[..]), Missing::Refuse).is_ok()
            }),
            TEXT.len(),
        ),
        (
            Contender::new("render by position", move || {
                text.clear();
                slots.render_into(&mut text, black_box(&values), Missing::Refuse).is_ok()
            }),
            TEXT.len(),
        ),
        (Contender::new("count 160", move || count(black_box(&gsm), Policy::Standard)), gsm_bytes),
        (
            Contender::new("count 480 with emoji", move || {
                count(black_box(&emoji), Policy::Standard)
            }),
            emoji_bytes,
        ),
        (
            Contender::new("classify", || {
                classify(black_box(REPLIES[1]), &Rules::default()).keyword
            }),
            REPLIES[1].len(),
        ),
        (
            Contender::new("check", || {
                let draft = Draft { body: black_box(LONG), ..Draft::default() };
                check(&draft).diagnostics_total
            }),
            LONG.len(),
        ),
    ]
}
