//! What a project holds beside its templates, each a kind, a name and its JSON: `project/` knows
//! what is in it. And what the prompts of actions refer to.

use super::row::row;
use super::sql::{SET_SETTING, SETTING};
use super::statement::values;
use super::{Store, StoreError, Tx, project_sql as sql, row};
use crate::project::{Kind, Target};
use crate::time::Timestamp;

/// The most of a kind that a list gives, and the most that there are.
pub const MAX_ITEMS: i64 = 10_000;

/// The setting that holds the language of what there is in no other.
pub(super) const DEFAULT_LANGUAGE: &str = "default_language";

/// One thing of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredItem {
    /// Unique among its kind.
    pub name: String,
    /// What it is, as JSON.
    pub content: String,
    /// How often it was saved.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was saved last.
    pub updated_at: Timestamp,
}

row! {
    struct ItemRow {
        name: String,
        content: String,
        version: i64,
        created_at: i64,
        updated_at: i64,
    }
}

impl From<ItemRow> for StoredItem {
    fn from(row: ItemRow) -> Self {
        Self {
            name: row.name,
            content: row.content,
            version: row.version,
            created_at: row::instant(row.created_at),
            updated_at: row::instant(row.updated_at),
        }
    }
}

impl Store {
    /// All of a kind, by name.
    ///
    /// # Errors
    /// The database failed.
    pub async fn items(&self, kind: Kind) -> Result<Vec<StoredItem>, StoreError> {
        let which = values![kind.as_str(), MAX_ITEMS];
        let rows: Vec<ItemRow> = self.walk(&sql::LIST_ITEMS, which).await?;
        Ok(rows.into_iter().map(StoredItem::from).collect())
    }

    /// One of a kind.
    ///
    /// # Errors
    /// The database failed.
    pub async fn item(&self, kind: Kind, name: &str) -> Result<Option<StoredItem>, StoreError> {
        let row: Option<ItemRow> = self.first(&sql::ITEM, values![kind.as_str(), name]).await?;
        Ok(row.map(StoredItem::from))
    }

    /// What an action's prompt names, each once, in its order.
    ///
    /// # Errors
    /// The database failed.
    pub async fn references_of(&self, action: &str) -> Result<Vec<(Target, String)>, StoreError> {
        let rows: Vec<(String, String)> =
            self.all(&sql::REFERENCES_OF_ACTION, values![action]).await?;
        rows.into_iter().map(|(target, name)| Ok((row::name("target", &target)?, name))).collect()
    }

    /// The actions whose prompts name something.
    ///
    /// # Errors
    /// The database failed.
    pub async fn uses(&self, target: Target, name: &str) -> Result<Vec<String>, StoreError> {
        let which = values![target.as_str(), name, MAX_ITEMS];
        let rows: Vec<(String,)> = self.all(&sql::USES, which).await?;
        Ok(rows.into_iter().map(|(action,)| action).collect())
    }

    /// The titles that a reference to a template may mean: its name, and that of other templates
    /// that begin with it and `_`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn titles_of(&self, name: &str) -> Result<Vec<String>, StoreError> {
        let rows: Vec<(String,)> = self.all(&sql::TITLES_OF_NAME, values![name, MAX_ITEMS]).await?;
        Ok(rows.into_iter().map(|(title,)| title).collect())
    }
}

impl Store {
    /// The language of what there is in no other, if one is set.
    ///
    /// # Errors
    /// The database failed.
    pub async fn default_language(&self) -> Result<Option<String>, StoreError> {
        self.value(&SETTING, values![DEFAULT_LANGUAGE]).await
    }
}

impl Tx {
    /// Sets the language of what there is in no other; or none.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_default_language(
        &mut self,
        language: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        match language {
            Some(language) => {
                self.run(&SET_SETTING, values![DEFAULT_LANGUAGE, language, now]).await
            }
            None => self.run(&sql::FORGET_SETTING, values![DEFAULT_LANGUAGE]).await,
        }?;
        Ok(())
    }

    /// Lets nobody else change what refers to something, or what is referred to, until this
    /// transaction ends. Before anything of it is read.
    ///
    /// # Errors
    /// The database failed.
    pub async fn hold_project(&mut self) -> Result<(), StoreError> {
        self.value::<String>(&sql::HOLD_PROJECT, values![]).await?;
        Ok(())
    }

    /// All of a kind, by name.
    ///
    /// # Errors
    /// The database failed.
    pub async fn items(&mut self, kind: Kind) -> Result<Vec<StoredItem>, StoreError> {
        let which = values![kind.as_str(), MAX_ITEMS];
        let rows: Vec<ItemRow> = self.all(&sql::LIST_ITEMS, which).await?;
        Ok(rows.into_iter().map(StoredItem::from).collect())
    }

    /// One of a kind.
    ///
    /// # Errors
    /// The database failed.
    pub async fn item(&mut self, kind: Kind, name: &str) -> Result<Option<StoredItem>, StoreError> {
        let row: Option<ItemRow> = self.first(&sql::ITEM, values![kind.as_str(), name]).await?;
        Ok(row.map(StoredItem::from))
    }

    /// Stores something new.
    ///
    /// # Errors
    /// The database failed.
    pub async fn add_item(
        &mut self,
        kind: Kind,
        name: &str,
        content: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.run(&sql::INSERT_ITEM, values![kind.as_str(), name, content, now]).await?;
        Ok(())
    }

    /// Saves what there is, perhaps by another name.
    ///
    /// # Errors
    /// The database failed.
    pub async fn save_item(
        &mut self,
        kind: Kind,
        name: &str,
        new_name: &str,
        content: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let values = values![kind.as_str(), name, new_name, content, now];
        self.run(&sql::UPDATE_ITEM, values).await?;
        Ok(())
    }

    /// Deletes one. `false`: there is none.
    ///
    /// # Errors
    /// The database failed.
    pub async fn delete_item(&mut self, kind: Kind, name: &str) -> Result<bool, StoreError> {
        Ok(self.run(&sql::DELETE_ITEM, values![kind.as_str(), name]).await? == 1)
    }

    /// Notes what an action's prompt names, in the place of what was noted of it before.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_references(
        &mut self,
        action: &str,
        references: &[(Target, String)],
    ) -> Result<(), StoreError> {
        self.run(&sql::FORGET_REFERENCES, values![action]).await?;
        for (position, (target, name)) in (0_i64..).zip(references) {
            let values = values![action, position, target.as_str(), name];
            self.run(&sql::ADD_REFERENCE, values).await?;
        }
        Ok(())
    }

    /// The actions whose prompts name something.
    ///
    /// # Errors
    /// The database failed.
    pub async fn uses(&mut self, target: Target, name: &str) -> Result<Vec<String>, StoreError> {
        let which = values![target.as_str(), name, MAX_ITEMS];
        let rows: Vec<(String,)> = self.all(&sql::USES, which).await?;
        Ok(rows.into_iter().map(|(action,)| action).collect())
    }

    /// Notes that something is named otherwise from now on, wherever it is named.
    ///
    /// # Errors
    /// The database failed.
    pub async fn rename_references(
        &mut self,
        target: Target,
        name: &str,
        new_name: &str,
    ) -> Result<(), StoreError> {
        self.run(&sql::RENAME_REFERENCES, values![target.as_str(), name, new_name]).await?;
        Ok(())
    }

    /// The title of a template, if there is one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn template_title(&mut self, id: &str) -> Result<Option<String>, StoreError> {
        self.value(&sql::TEMPLATE_TITLE, values![id]).await
    }

    /// The titles that a reference to a template may mean: its name, and that of other templates
    /// that begin with it and `_`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn titles_of(&mut self, name: &str) -> Result<Vec<String>, StoreError> {
        let rows: Vec<(String,)> = self.all(&sql::TITLES_OF_NAME, values![name, MAX_ITEMS]).await?;
        Ok(rows.into_iter().map(|(title,)| title).collect())
    }
}
