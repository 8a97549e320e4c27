//! What a newcomer finds: templates with each kind of token, in two languages, one of which costs
//! more than it seems; and what fills them: two houses of a restaurant, as variants. All of it is
//! checked like anybody's before it is stored.

use serde_json::{Value, json};

use super::number_of;
use crate::engine::{Ask, Checked, Engine, EngineError, Refusal};
use crate::finding::Severity;
use crate::message::Environment;
use crate::project::{
    self, Action, Attribute, Condition, Entity, Handoff, Item, ProjectError, Translation, Variant,
};
use crate::sandbox::Grant;
use crate::store::{Senders, Store, StoreError, TemplateDraft};
use crate::time::Timestamp;

/// What the first start brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Examples {
    /// Nothing: for a project of one's own.
    None,
    /// Templates alone.
    Templates,
    /// Templates, and a project that fills them.
    #[default]
    Project,
}

const LANGUAGE: &str = "en";

const TEMPLATES: [(&str, &str); 4] = [
    (
        "reservation_confirmation_en",
        "Hi {{vrbl:FIRST_NAME}}, your table at ${restaurant_name} is booked for \
         {{entity:booking_date}} at {{entity:booking_time}}. Your code is \
         {{vrbl:CONFIRMATION_CODE}}. {{tn:see_you_soon}}",
    ),
    (
        "reservation_confirmation_es",
        "Hola {{vrbl:FIRST_NAME}}: su mesa en ${restaurant_name} queda reservada para el \
         {{entity:booking_date}} a las {{entity:booking_time}}. Su clave es \
         {{vrbl:CONFIRMATION_CODE}}. {{tn:see_you_soon}}",
    ),
    (
        "opening_hours",
        "${restaurant_name} is open ${variant_opening_hours}. To find us: ${directions}",
    ),
    (
        "table_ready",
        "{{tn:greeting}} {{vrbl:FIRST_NAME}}! Your table for {{entity:party_size}} is ready \
         \u{2013} we\u{2019}ll hold it for 10 minutes.",
    ),
];

/// Stores the examples in a database that never held a template.
pub(super) async fn bring(
    examples: Examples,
    store: &Store,
    engine: &Engine,
) -> Result<(), super::DevError> {
    if !store.has_never_held_a_template().await? {
        return Ok(());
    }
    match examples {
        Examples::None => Ok(()),
        Examples::Templates => templates(store, engine).await,
        Examples::Project => {
            templates(store, engine).await?;
            Ok(items(store, engine).await?)
        }
    }
}

async fn templates(store: &Store, engine: &Engine) -> Result<(), super::DevError> {
    let senders = Senders {
        live: Some(number_of(Environment::Live)),
        pre_release: Some(number_of(Environment::PreRelease)),
        sandbox: Some(number_of(Environment::Sandbox)),
    };
    for (title, body) in TEMPLATES {
        let (title, body) = (title.to_owned(), body.to_owned());
        let ask = Ask::Check { title: Some(title.clone()), body: body.clone() };
        let found: Checked = engine.ask(ask, Grant::default()).await?.read()?;
        if let Some(error) =
            found.diagnostics.into_iter().find(|one| one.severity == Severity::Error)
        {
            let message = format!("`{title}`: {}", error.message);
            let refusal = Refusal { code: error.code, message, detail: None };
            return Err(EngineError::Refused(refusal).into());
        }
        let draft = TemplateDraft { title, body, senders: senders.clone() };
        let mut tx = store.write().await?;
        tx.create_template(&draft, Timestamp::now()).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// What fills the templates, but for what each conversation says.
async fn items(store: &Store, engine: &Engine) -> Result<(), ProjectError> {
    let project = Project { store, engine };
    for house in ["Soho", "Marais"] {
        project.put::<Variant>(house, json!({})).await?;
    }
    for (name, soho, marais) in [
        ("restaurant_name", "Trattoria Lina", "Le Ch\u{e2}teau d\u{2019}\u{c9}t\u{e9}"),
        ("opening_hours", "noon to 11 pm daily", "from 7 pm, but for Mondays"),
        ("directions", "Dean Street, by the cinema", "m\u{e9}tro Filles du Calvaire, then left"),
    ] {
        let values = json!({"values": {"Soho": soho, "Marais": marais}});
        project.put::<Attribute>(name, values).await?;
    }
    let short = json!({"max_chars": 20, "alphabet": "gsm"});
    for (name, description, entity_type, config, domain) in [
        ("booking_date", "The day of the booking", "date", json!({}), &short),
        ("booking_time", "When they come", "time", json!({}), &short),
        ("party_size", "How many they are", "numeric", json!({"min": 1, "max": 12}), &Value::Null),
    ] {
        let entity = json!({"description": description, "entity_type": entity_type,
            "config": config, "domain": domain});
        project.put::<Entity>(name, entity).await?;
    }
    for (name, en, es, fr) in [
        ("greeting", "Hello", "Hola", "Bonjour"),
        ("see_you_soon", "See you soon!", "\u{a1}Hasta pronto!", "\u{c0} bient\u{f4}t!"),
    ] {
        let translations = json!({"translations": {"en": en, "es": es, "fr": fr}});
        project.put::<Translation>(name, translations).await?;
    }
    let desk = json!({"description": "A person at the restaurant", "method": "refer",
        "destination": "sip:desk@example.com"});
    project.put::<Handoff>("front_desk", desk).await?;
    let prompt = "Who asks when we are open, or how to find us, gets {{twilio_sms:opening_hours}}. \
                  Who would rather speak to a person goes to {{ho:front_desk}}.";
    let action = json!({"prompt": prompt, "topic": "Opening hours"});
    project.put::<Action>("tell_the_way", action).await?;
    let mut tx = store.write().await?;
    let now = tx.now().await?;
    tx.set_default_language(Some(LANGUAGE), now).await?;
    Ok(tx.commit().await?)
}

struct Project<'a> {
    store: &'a Store,
    engine: &'a Engine,
}

impl Project<'_> {
    async fn put<T: Item>(&self, name: &str, item: Value) -> Result<(), ProjectError> {
        let item: T = serde_json::from_value(item)
            .map_err(|error| StoreError::Corrupt(format!("the example `{name}`: {error}")))?;
        project::save(self.store, self.engine, name, item, Condition::New).await?;
        Ok(())
    }
}
