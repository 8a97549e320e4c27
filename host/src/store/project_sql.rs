//! The statements of what a project holds beside its templates, and of conversations' states.
//!
//! Who changes a reference, or what it refers to, holds the lock `project` first, so that nothing
//! is deleted or renamed while another names it.

use super::statement::{Statement, statements};

statements! { PROJECT:
    HOLD_PROJECT = "SELECT name FROM locks WHERE name = 'project'"
        postgres " FOR UPDATE";
    LIST_ITEMS = "SELECT name, content, version, created_at, updated_at FROM project_items \
        WHERE kind = $1 ORDER BY name LIMIT $2";
    ITEM = "SELECT name, content, version, created_at, updated_at FROM project_items \
        WHERE kind = $1 AND name = $2";
    INSERT_ITEM = "INSERT INTO project_items \
        (kind, name, content, version, created_at, updated_at) VALUES ($1, $2, $3, 1, $4, $4)";
    UPDATE_ITEM = "UPDATE project_items \
        SET name = $3, content = $4, version = version + 1, updated_at = $5 \
        WHERE kind = $1 AND name = $2";
    DELETE_ITEM = "DELETE FROM project_items WHERE kind = $1 AND name = $2";
    REFERENCES_OF_ACTION = "SELECT target, name FROM action_references \
        WHERE action = $1 ORDER BY position";
    FORGET_REFERENCES = "DELETE FROM action_references WHERE action = $1";
    ADD_REFERENCE = "INSERT INTO action_references (action, position, target, name) \
        VALUES ($1, $2, $3, $4)";
    /// Index: action_references_by_target.
    USES = "SELECT action FROM action_references WHERE target = $1 AND name = $2 \
        ORDER BY action LIMIT $3";
    /// Index: action_references_by_target.
    RENAME_REFERENCES = "UPDATE action_references SET name = $3 WHERE target = $1 AND name = $2";
    TEMPLATE_TITLE = "SELECT title FROM templates WHERE id = $1 AND deleted_at IS NULL";
    /// A title and those of its languages. Index: templates_by_title.
    TITLES_OF_NAME = "SELECT title FROM templates WHERE deleted_at IS NULL \
        AND (title = $1 OR (title > $1 || '_' AND title < $1 || '`')) ORDER BY title LIMIT $2";
    FORGET_SETTING = "DELETE FROM settings WHERE name = $1";
    CONVERSATION_STATE = "SELECT variant, language, variables, entities \
        FROM conversation_states WHERE conversation_id = $1";
    /// On PostgreSQL a second one waits here until the first has ended.
    BEGIN_STATE = [
        "INSERT INTO conversations (id, metadata, created_at, updated_at) \
            VALUES ($1, '{}', $2, $2) ON CONFLICT (id) DO NOTHING",
        "INSERT INTO conversation_states (conversation_id, variables, entities, updated_at) \
            VALUES ($1, '{}', '{}', $2) \
            ON CONFLICT (conversation_id) DO UPDATE SET updated_at = excluded.updated_at"
    ];
    SET_STATE = "UPDATE conversation_states \
        SET variant = $2, language = $3, variables = $4, entities = $5 \
        WHERE conversation_id = $1";
}
