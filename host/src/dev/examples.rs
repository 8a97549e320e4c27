//! The templates that a newcomer finds: each kind of token, two languages, one that costs more
//! than it seems. They are checked like anybody's before they are stored.

use super::number_of;
use crate::engine::{Ask, Checked, Engine, EngineError, Refusal};
use crate::finding::Severity;
use crate::message::Environment;
use crate::sandbox::Grant;
use crate::store::{Senders, Store, TemplateDraft};
use crate::time::Timestamp;

const EXAMPLES: [(&str, &str); 4] = [
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
pub(super) async fn bring(store: &Store, engine: &Engine) -> Result<(), super::DevError> {
    if !store.has_never_held_a_template().await? {
        return Ok(());
    }
    let senders = Senders {
        live: Some(number_of(Environment::Live)),
        pre_release: Some(number_of(Environment::PreRelease)),
        sandbox: Some(number_of(Environment::Sandbox)),
    };
    for (title, body) in EXAMPLES {
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
