//! Templates, their versions, their senders and what is published where.

use serde::Serialize;

use super::items::DEFAULT_LANGUAGE;
use super::row::row;
use super::statement::values;
use super::{Store, StoreError, Tx, row, sql};
use crate::dispatch::rate;
use crate::id::new_id;
use crate::message::Environment;
use crate::time::Timestamp;

/// The most templates that a list gives.
const MAX_LISTED: i64 = 10_000;
/// The most languages of one name that a send considers.
const MAX_LANGUAGES: i64 = 200;

/// A template as it stands: the newest version, and which version each environment sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// UUIDv7.
    pub id: String,
    /// The name by which actions refer to it; unique.
    pub title: String,
    /// The newest body.
    pub body: String,
    /// The newest version, from 1.
    pub version: i64,
    /// The sender of each environment that has one.
    pub senders: Senders,
    /// The version that `live` sends, if one is published.
    pub live_version: Option<i64>,
    /// The version that `pre_release` sends, if one is published.
    pub pre_release_version: Option<i64>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last saved.
    pub updated_at: Timestamp,
}

/// What became of a template that was to be saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// It is its next version.
    Now,
    /// Another has saved since its writer read it; the version that it has now.
    Changed(i64),
    /// There is no such template.
    Unknown,
}

/// A sender for each environment that has one: E.164 or a Messaging Service SID.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Senders {
    /// Of `live`.
    pub live: Option<String>,
    /// Of `pre_release`.
    pub pre_release: Option<String>,
    /// Of `sandbox`.
    pub sandbox: Option<String>,
}

impl Senders {
    /// The sender of an environment; never another's.
    #[must_use]
    pub fn of(&self, environment: Environment) -> Option<&str> {
        match environment {
            Environment::Live => self.live.as_deref(),
            Environment::PreRelease => self.pre_release.as_deref(),
            Environment::Sandbox => self.sandbox.as_deref(),
        }
    }
}

/// What a writer saves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateDraft {
    /// A valid title.
    pub title: String,
    /// A body without errors.
    pub body: String,
    /// Valid senders.
    pub senders: Senders,
}

row! {
    struct TemplateRow {
        id: String,
        title: String,
        body: String,
        version: i64,
        live_sender: Option<String>,
        pre_release_sender: Option<String>,
        sandbox_sender: Option<String>,
        live_version: Option<i64>,
        pre_release_version: Option<i64>,
        created_at: i64,
        updated_at: i64,
    }
}

row! {
    struct CandidateRow {
        template: TemplateRow,
        default_language: Option<String>,
    }
}

impl From<TemplateRow> for Template {
    fn from(row: TemplateRow) -> Self {
        Self {
            id: row.id,
            title: row.title,
            body: row.body,
            version: row.version,
            senders: Senders {
                live: row.live_sender,
                pre_release: row.pre_release_sender,
                sandbox: row.sandbox_sender,
            },
            live_version: row.live_version,
            pre_release_version: row.pre_release_version,
            created_at: row::instant(row.created_at),
            updated_at: row::instant(row.updated_at),
        }
    }
}

impl Store {
    /// All templates, by title.
    ///
    /// # Errors
    /// The database failed.
    pub async fn templates(&self) -> Result<Vec<Template>, StoreError> {
        let rows: Vec<TemplateRow> = self.walk(&sql::LIST_TEMPLATES, values![MAX_LISTED]).await?;
        Ok(rows.into_iter().map(Template::from).collect())
    }

    /// One template, by id or by title.
    ///
    /// # Errors
    /// The database failed.
    pub async fn template(&self, id_or_title: &str) -> Result<Option<Template>, StoreError> {
        let row: Option<TemplateRow> =
            self.first(&sql::TEMPLATE_BY_ID_OR_TITLE, values![id_or_title]).await?;
        Ok(row.map(Template::from))
    }

    /// The template of a name and those of its languages, and the language of the one that is in
    /// no other; the module chooses among them.
    ///
    /// # Errors
    /// The database failed.
    pub async fn templates_of_name(
        &self,
        name: &str,
    ) -> Result<(Vec<Template>, Option<String>), StoreError> {
        let rows: Vec<CandidateRow> = self
            .all(&sql::TEMPLATES_OF_NAME, values![name, MAX_LANGUAGES, DEFAULT_LANGUAGE])
            .await?;
        let language = rows.first().and_then(|row| row.default_language.clone());
        Ok((rows.into_iter().map(|row| row.template.into()).collect(), language))
    }

    /// The body that an environment sends, with its version: the newest in `sandbox`, the
    /// published one elsewhere, none where nothing is published.
    ///
    /// # Errors
    /// The database failed, or lacks a version that is published.
    pub async fn body_for(
        &self,
        template: &Template,
        environment: Environment,
    ) -> Result<Option<(i64, String)>, StoreError> {
        let version = match environment {
            Environment::Sandbox => return Ok(Some((template.version, template.body.clone()))),
            Environment::Live => template.live_version,
            Environment::PreRelease => template.pre_release_version,
        };
        let Some(version) = version else {
            return Ok(None);
        };
        let body = self.version_body(&template.id, version).await?;
        let lost = || StoreError::Corrupt(format!("no version {version} of `{}`", template.title));
        body.map(|body| Some((version, body))).ok_or_else(lost)
    }

    /// Whether no template was ever stored: then `dev` brings its examples.
    ///
    /// # Errors
    /// The database failed.
    pub async fn has_never_held_a_template(&self) -> Result<bool, StoreError> {
        let any: Option<String> = self.value(&sql::ANY_TEMPLATE, values![]).await?;
        Ok(any.is_none())
    }
}

impl Tx {
    /// Stores a new template as version 1 and gives its id.
    ///
    /// # Errors
    /// [`StoreError::TitleTaken`], or the database failed.
    pub async fn create_template(
        &mut self,
        draft: &TemplateDraft,
        now: Timestamp,
    ) -> Result<String, StoreError> {
        let id = new_id();
        self.refuse_taken_title(&draft.title, &id).await?;
        self.run(&sql::INSERT_TEMPLATE, values![&id, &draft.title, &draft.body, now]).await?;
        self.keep_version(&id, 1, draft, now).await?;
        self.set_senders(&id, &draft.senders).await?;
        Ok(id)
    }

    /// Saves a template as its next version, from the version `read` if that is given.
    ///
    /// # Errors
    /// [`StoreError::TitleTaken`], or the database failed.
    pub async fn save_template(
        &mut self,
        id: &str,
        draft: &TemplateDraft,
        read: Option<i64>,
        now: Timestamp,
    ) -> Result<Saved, StoreError> {
        self.refuse_taken_title(&draft.title, id).await?;
        let values = values![id, &draft.title, &draft.body, now, read];
        let version: Option<i64> = self.value(&sql::UPDATE_TEMPLATE, values).await?;
        let Some(version) = version else {
            let newest: Option<i64> = self.value(&sql::NEWEST_VERSION, values![id]).await?;
            return Ok(newest.map_or(Saved::Unknown, Saved::Changed));
        };
        self.keep_version(id, version, draft, now).await?;
        self.set_senders(id, &draft.senders).await?;
        Ok(Saved::Now)
    }

    /// Deletes a template; its versions stay for the messages that were made of them.
    /// `false`: there is no such template.
    ///
    /// # Errors
    /// The database failed.
    pub async fn delete_template(&mut self, id: &str, now: Timestamp) -> Result<bool, StoreError> {
        let done = self.run(&sql::DELETE_TEMPLATE, values![id, now]).await?;
        Ok(done == 1)
    }

    /// Lets an environment send a version from now on.
    ///
    /// # Errors
    /// The database failed.
    pub async fn publish_template(
        &mut self,
        id: &str,
        environment: Environment,
        version: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.run(&sql::PUBLISH_TEMPLATE, values![id, environment.as_str(), version, now]).await?;
        Ok(())
    }

    async fn refuse_taken_title(&mut self, title: &str, id: &str) -> Result<(), StoreError> {
        let other: Option<String> = self.value(&sql::TITLE_IS_TAKEN, values![title, id]).await?;
        if other.is_some() {
            return Err(StoreError::TitleTaken(title.to_owned()));
        }
        Ok(())
    }

    async fn keep_version(
        &mut self,
        id: &str,
        version: i64,
        draft: &TemplateDraft,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.run(
            &sql::INSERT_TEMPLATE_VERSION,
            values![id, version, &draft.title, &draft.body, now],
        )
        .await?;
        Ok(())
    }

    async fn set_senders(&mut self, id: &str, senders: &Senders) -> Result<(), StoreError> {
        for environment in Environment::ALL {
            let name = environment.as_str();
            match senders.of(environment) {
                Some(sender) => {
                    self.run(&sql::SET_TEMPLATE_SENDER, values![id, name, sender]).await?;
                    self.suggest_rate(sender, rate::default_of(sender)).await?;
                }
                None => {
                    self.run(&sql::CLEAR_TEMPLATE_SENDER, values![id, name]).await?;
                }
            }
        }
        Ok(())
    }
}
