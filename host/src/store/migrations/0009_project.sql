-- What a project holds beside its templates. `kind` is `action`, `attribute`, `entity`, `handoff`,
-- `translation` or `variant`; `content` is JSON, as project/ reads it. `version` counts its saves.
CREATE TABLE project_items (
    kind       TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    content    TEXT   NOT NULL,
    version    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (kind, name)
) /* CLUSTERED */;

-- What an action's prompt names, each once, in its order: `target` is `template` or `handoff`.
CREATE TABLE action_references (
    action   TEXT   NOT NULL,
    position BIGINT NOT NULL,
    target   TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    PRIMARY KEY (action, position)
) /* CLUSTERED */;
CREATE INDEX action_references_by_target ON action_references (target, name, action);

-- Held by whoever changes what refers to something, or what is referred to.
INSERT INTO locks (name) VALUES ('project');

-- What a conversation knows that fills tokens: the variant, the language, and by JSON objects what
-- its variables and entities hold.
CREATE TABLE conversation_states (
    conversation_id TEXT   NOT NULL PRIMARY KEY,
    variant         TEXT,
    language        TEXT,
    variables       TEXT   NOT NULL,
    entities        TEXT   NOT NULL,
    updated_at      BIGINT NOT NULL
) /* CLUSTERED */;
