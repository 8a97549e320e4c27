//! The template engines, each in the way that its own documentation shows for speed: escaping off
//! (a text message is no HTML), the environment and the values made beforehand. All of them must
//! give [`TEXT`] before anything is timed.
//!
//! Values are looked up by names known at run time, as Verbatim's are: ramhorns gets a `BTreeMap`.
//! With a struct that the compiler knows it is faster by far, and that is beside the rows by
//! position in `row.rs`. tinytemplate takes nothing but what serde serialises: a struct.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::hint::black_box;

use ramhorns::Content;
use serde::Serialize;
use verbatim_core::{Kind, Missing, Template, fill};

use crate::goal::BY_HAND;
use crate::timing::Contender;

/// 190 characters, three tokens: an ordinary confirmation.
pub const BODY: &str = "Hi ${guest_name}, your table at {{entity:restaurant}} is booked for \
    Friday at half past seven. Show the code {{vrbl:CONFIRMATION_CODE}} at the door. \
    Running late? Just call us. See you soon!";

pub const VALUES: [(Kind, &str, &str); 3] = [
    (Kind::Variant, "guest_name", "Philippa"),
    (Kind::Entity, "restaurant", "The Old Mill"),
    (Kind::Variable, "CONFIRMATION_CODE", "QX7-4410"),
];

/// What every engine must say.
pub const TEXT: &str = "Hi Philippa, your table at The Old Mill is booked for \
    Friday at half past seven. Show the code QX7-4410 at the door. \
    Running late? Just call us. See you soon!";

/// The values where the compiler knows their names.
#[derive(Content, Serialize)]
#[allow(non_snake_case)]
pub struct Values {
    guest_name: &'static str,
    restaurant: &'static str,
    CONFIRMATION_CODE: &'static str,
}

pub const STRUCT: Values =
    Values { guest_name: VALUES[0].2, restaurant: VALUES[1].2, CONFIRMATION_CODE: VALUES[2].2 };

fn map() -> BTreeMap<&'static str, &'static str> {
    VALUES.iter().map(|&(_, name, value)| (name, value)).collect()
}

/// The body as ramhorns writes it, without escaping.
pub fn ramhorns_body() -> String {
    body("{{{", "}}}")
}

/// The body with its tokens as another engine writes them.
fn body(before: &str, after: &str) -> String {
    let template = Template::new(BODY).expect("the body is a template");
    let mut written = String::new();
    let mut at = 0;
    for token in template.tokens() {
        written += &BODY[at..token.start];
        written += &format!("{before}{}{after}", token.name);
        at = token.end;
    }
    written + &BODY[at..]
}

/// A contender that has said the right thing.
fn checked<'a>(name: &str, mut render: impl FnMut() -> String + 'a) -> Contender<'a> {
    assert_eq!(render(), TEXT, "{name} must say what all say");
    Contender::new(name, render)
}

fn leaked(text: String) -> &'static str {
    text.leak()
}

/// Parses and renders, values by name.
pub fn parse_and_render() -> Vec<Contender<'static>> {
    let mut all = vec![checked("verbatim", || {
        let template = Template::new(black_box(BODY)).expect("parsed before");
        template.render(black_box(&VALUES[..]), Missing::Refuse).expect("has all values")
    })];
    let (source, values) = (leaked(body("{{{", "}}}")), map());
    all.push(checked("ramhorns", move || {
        ramhorns::Template::new(black_box(source)).expect("parses").render(black_box(&values))
    }));
    let (source, values) = (leaked(body("{", "}")), plain_pairs());
    all.push(checked("leon", move || {
        leon::Template::parse(black_box(source)).expect("parses").render(&values).expect("renders")
    }));
    let (source, engine) = (leaked(body("{{ ", " }}")), upon::Engine::new());
    let values = upon::to_value(map()).expect("is data");
    all.push(checked("upon", move || {
        let template = engine.compile(black_box(source)).expect("parses");
        template.render_from(&engine, &values).to_string().expect("renders")
    }));
    let (environment, values) = (minijinja::Environment::new(), minijinja_values());
    all.push(checked("minijinja", move || {
        environment.render_str(black_box(source), values.clone()).expect("renders")
    }));
    let (tera, values) = (tera::Tera::default(), tera_values());
    all.push(checked("tera", move || {
        tera.render_str(black_box(source), &values, false).expect("renders")
    }));
    let (handlebars, values) = (handlebars(), handlebars_values());
    let source_unescaped = leaked(body("{{{", "}}}"));
    all.push(checked("handlebars", move || {
        handlebars
            .render_template_with_context(black_box(source_unescaped), &values)
            .expect("renders")
    }));
    let source_single = leaked(body("{", "}"));
    all.push(checked("tinytemplate", move || {
        let mut engine = tinytemplate::TinyTemplate::new();
        engine.set_default_formatter(&tinytemplate::format_unescaped);
        engine.add_template("t", black_box(source_single)).expect("parses");
        engine.render("t", &STRUCT).expect("renders")
    }));
    let (parser, values) = (liquid_parser(), liquid_values());
    all.push(checked("liquid", move || {
        parser.parse(black_box(source)).expect("parses").render(&values).expect("renders")
    }));
    all
}

/// Parses and renders, where both are told beforehand what the names are: ramhorns by a struct that
/// the compiler knows, ours by the values in the order of the body.
pub fn parse_and_render_by_position() -> Vec<Contender<'static>> {
    let ours = || {
        let values =
            InOrder { values: black_box(VALUES.map(|(_, _, value)| value)), at: Cell::new(0) };
        fill(black_box(BODY), &values, Missing::Refuse).expect("has all values")
    };
    let source = leaked(ramhorns_body());
    let theirs = move || {
        ramhorns::Template::new(black_box(source)).expect("parses").render(black_box(&STRUCT))
    };
    vec![checked("verbatim", ours), checked("ramhorns", theirs)]
}

/// Values that are asked for in their order, once.
struct InOrder {
    values: [&'static str; 3],
    at: Cell<usize>,
}

impl verbatim_core::Values for InOrder {
    fn get(&self, _: Kind, _: &str) -> Option<&str> {
        let at = self.at.replace(self.at.get() + 1);
        self.values.get(at).copied()
    }
}

/// Renders what was parsed before, values by name.
pub fn render() -> Vec<Contender<'static>> {
    let template = Template::new(BODY).expect("parses");
    let mut all = vec![checked("verbatim", move || {
        template.render(black_box(&VALUES[..]), Missing::Refuse).expect("has all values")
    })];
    let (template, values) = (ramhorns::Template::new(body("{{{", "}}}")).expect("parses"), map());
    all.push(checked("ramhorns", move || template.render(black_box(&values))));
    let (template, values) =
        (leon::Template::parse(leaked(body("{", "}"))).expect("parses"), plain_pairs());
    all.push(checked("leon", move || template.render(black_box(&values)).expect("renders")));
    let source = leaked(body("{{ ", " }}"));
    let engine = upon::Engine::new();
    let template = engine.compile(source).expect("parses");
    let values = upon::to_value(map()).expect("is data");
    all.push(checked("upon", move || {
        template.render_from(&engine, black_box(&values)).to_string().expect("renders")
    }));
    let mut environment = minijinja::Environment::new();
    environment.add_template("t", source).expect("parses");
    let values = minijinja_values();
    all.push(checked("minijinja", move || {
        let template = environment.get_template("t").expect("is there");
        template.render(black_box(&values).clone()).expect("renders")
    }));
    let mut tera = tera::Tera::default();
    tera.add_raw_template("t", source).expect("parses");
    let values = tera_values();
    all.push(checked("tera", move || tera.render("t", black_box(&values)).expect("renders")));
    let mut handlebars = handlebars();
    handlebars.register_template_string("t", body("{{{", "}}}")).expect("parses");
    let values = handlebars_values();
    all.push(checked("handlebars", move || {
        handlebars.render_with_context("t", black_box(&values)).expect("renders")
    }));
    let mut engine = tinytemplate::TinyTemplate::new();
    engine.set_default_formatter(&tinytemplate::format_unescaped);
    engine.add_template("t", leaked(body("{", "}"))).expect("parses");
    all.push(checked("tinytemplate", move || {
        engine.render("t", black_box(&STRUCT)).expect("renders")
    }));
    let template = liquid_parser().parse(source).expect("parses");
    let values = liquid_values();
    all.push(checked("liquid", move || template.render(black_box(&values)).expect("renders")));
    all.push(checked(BY_HAND, by_hand));
    all
}

/// What nobody can beat by much: one allocation, seven copies.
fn by_hand() -> String {
    let values = black_box(&VALUES);
    let pieces = [
        "Hi ",
        values[0].2,
        ", your table at ",
        values[1].2,
        " is booked for Friday at half past seven. Show the code ",
        values[2].2,
        " at the door. Running late? Just call us. See you soon!",
    ];
    black_box(pieces).concat()
}

fn plain_pairs() -> [(&'static str, &'static str); 3] {
    VALUES.map(|(_, name, value)| (name, value))
}

fn minijinja_values() -> minijinja::Value {
    minijinja::Value::from_pairs(plain_pairs())
}

fn tera_values() -> tera::Context {
    tera::Context::from_serialize(&STRUCT).expect("is data")
}

fn handlebars() -> handlebars::Handlebars<'static> {
    let mut handlebars = handlebars::Handlebars::new();
    handlebars.register_escape_fn(handlebars::no_escape);
    handlebars
}

fn handlebars_values() -> handlebars::Context {
    handlebars::Context::wraps(&STRUCT).expect("is data")
}

fn liquid_parser() -> liquid::Parser {
    liquid::ParserBuilder::with_stdlib().build().expect("has no options")
}

fn liquid_values() -> liquid::Object {
    liquid::to_object(&STRUCT).expect("is data")
}
