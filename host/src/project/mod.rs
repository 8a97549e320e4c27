//! What a project holds beside its templates: actions, handoffs, variants and their attributes,
//! entities, translations; and what a message takes from them.
//!
//! Each kind is a type with its own rules, and [`save`] and [`delete`] are the same for all: one
//! transaction, in which whoever changes what is referred to holds the project.

mod action;
mod attribute;
mod bounds;
mod default;
mod entity;
mod error;
mod handoff;
mod item;
mod resolve;
mod state;
mod translation;
mod uses;
mod variant;

pub use action::{Action, Target};
pub use attribute::Attribute;
pub use bounds::{Domains, Names, Row, domains, names, prompt_names};
pub use entity::{Domain, Entity};
pub use error::ProjectError;
pub use handoff::{Handoff, Header, Method};
pub use item::{Condition, Item, Kind, Put, Stored, all, delete, one, save};
pub use resolve::{Context, resolve};
pub use state::{State, StateChange};
pub use translation::{Translation, check_language};
pub use uses::{Use, refuse_used_template, rename_template, uses_of_handoff, uses_of_template};
pub use variant::Variant;
