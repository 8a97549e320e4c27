-- The first schema. Text that SQLite and PostgreSQL both read: instants are BIGINT microseconds,
-- ids are TEXT (UUIDv7), structures are TEXT (JSON), truth is BIGINT 0 or 1.

CREATE TABLE templates (
    id         TEXT   NOT NULL PRIMARY KEY,
    title      TEXT   NOT NULL,
    body       TEXT   NOT NULL,
    version    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX templates_by_title ON templates (title) WHERE deleted_at IS NULL;

CREATE TABLE template_versions (
    template_id TEXT   NOT NULL REFERENCES templates (id),
    version     BIGINT NOT NULL,
    title       TEXT   NOT NULL,
    body        TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (template_id, version)
);

CREATE TABLE template_senders (
    template_id TEXT NOT NULL REFERENCES templates (id),
    environment TEXT NOT NULL,
    sender      TEXT NOT NULL,
    PRIMARY KEY (template_id, environment)
);

CREATE TABLE template_published (
    template_id  TEXT   NOT NULL REFERENCES templates (id),
    environment  TEXT   NOT NULL,
    version      BIGINT NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (template_id, environment)
);

-- Who may send free-form text, per environment, and who answers that sender's keywords.
CREATE TABLE senders (
    environment TEXT   NOT NULL,
    sender      TEXT   NOT NULL,
    replies     TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (environment, sender)
);

-- The numbers of each Messaging Service, as last fetched.
CREATE TABLE service_numbers (
    service    TEXT   NOT NULL,
    number     TEXT   NOT NULL,
    fetched_at BIGINT NOT NULL,
    PRIMARY KEY (service, number)
);
CREATE INDEX services_by_number ON service_numbers (number);

CREATE TABLE messages (
    id              TEXT   NOT NULL PRIMARY KEY,
    state           TEXT   NOT NULL,
    state_rank      BIGINT NOT NULL,
    reason          TEXT,
    recipient       TEXT   NOT NULL,
    sender          TEXT   NOT NULL,
    environment     TEXT   NOT NULL,
    template_id     TEXT,
    template        TEXT,
    template_version BIGINT,
    language        TEXT,
    body            TEXT   NOT NULL,
    segments        TEXT   NOT NULL,
    token_values    TEXT   NOT NULL,
    missing         TEXT,
    module          TEXT   NOT NULL,
    conversation_id TEXT,
    sid             TEXT,
    error_code      BIGINT,
    billed_segments BIGINT,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL
);
CREATE UNIQUE INDEX messages_by_sid ON messages (sid) WHERE sid IS NOT NULL;
CREATE INDEX messages_by_conversation ON messages (conversation_id, id)
    WHERE conversation_id IS NOT NULL;
-- A pair with one of these has no other message begin.
CREATE INDEX messages_in_flight ON messages (recipient, sender)
    WHERE state IN ('dispatching', 'unknown');
CREATE INDEX messages_queued ON messages (recipient, sender) WHERE state = 'queued';

CREATE TABLE outbox (
    message_id  TEXT   NOT NULL PRIMARY KEY REFERENCES messages (id),
    recipient   TEXT   NOT NULL,
    sender      TEXT   NOT NULL,
    due_at      BIGINT NOT NULL,
    tries       BIGINT NOT NULL,
    attempt_id  TEXT,
    lease_until BIGINT
);
CREATE INDEX outbox_due ON outbox (due_at, message_id) WHERE attempt_id IS NULL;
CREATE INDEX outbox_leased ON outbox (lease_until) WHERE attempt_id IS NOT NULL;

CREATE TABLE attempts (
    id            TEXT   NOT NULL PRIMARY KEY,
    message_id    TEXT   NOT NULL REFERENCES messages (id),
    number        BIGINT NOT NULL,
    state         TEXT   NOT NULL,
    sid           TEXT,
    error_code    BIGINT,
    error_message TEXT,
    began_at      BIGINT NOT NULL,
    ended_at      BIGINT
);
CREATE INDEX attempts_by_message ON attempts (message_id, number);

CREATE TABLE callbacks (
    sid         TEXT   NOT NULL,
    status      TEXT   NOT NULL,
    state       TEXT,
    attempt_id  TEXT,
    error_code  BIGINT,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (sid, status)
);

-- The row that a claim and a STOP both lock.
CREATE TABLE pairs (
    recipient  TEXT   NOT NULL,
    sender     TEXT   NOT NULL,
    opted_out  BIGINT NOT NULL,
    changed_at BIGINT,
    PRIMARY KEY (recipient, sender)
);

-- Append-only: no statement of this program updates or deletes a row of it.
CREATE TABLE consent_ledger (
    id          TEXT   NOT NULL PRIMARY KEY,
    recipient   TEXT   NOT NULL,
    sender      TEXT   NOT NULL,
    action      TEXT   NOT NULL,
    source      TEXT   NOT NULL,
    keyword     TEXT,
    matched     TEXT,
    raw_text    TEXT,
    message_sid TEXT,
    recorded_at BIGINT NOT NULL
);
CREATE INDEX consent_ledger_by_pair ON consent_ledger (recipient, sender, id);

-- One row for each inbound message; it keeps the reply, so that a retry gets the same one.
CREATE TABLE inbound (
    message_sid TEXT   NOT NULL PRIMARY KEY,
    recipient   TEXT   NOT NULL,
    sender      TEXT   NOT NULL,
    service     TEXT,
    raw_text    TEXT   NOT NULL,
    disposition TEXT   NOT NULL,
    keyword     TEXT,
    reply       TEXT,
    trace       TEXT   NOT NULL,
    received_at BIGINT NOT NULL
);

CREATE TABLE idempotency (
    idempotency_key TEXT   NOT NULL PRIMARY KEY,
    request_hash    TEXT   NOT NULL,
    message_id      TEXT   NOT NULL REFERENCES messages (id),
    response        TEXT   NOT NULL,
    created_at      BIGINT NOT NULL
);

CREATE TABLE conversation_log (
    id              TEXT   NOT NULL PRIMARY KEY,
    conversation_id TEXT   NOT NULL,
    message_id      TEXT   NOT NULL REFERENCES messages (id),
    event           TEXT   NOT NULL,
    logged_at       BIGINT NOT NULL
);
CREATE INDEX conversation_log_by_conversation ON conversation_log (conversation_id, id);

CREATE TABLE api_keys (
    id         TEXT   NOT NULL PRIMARY KEY,
    label      TEXT   NOT NULL,
    hash       TEXT   NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);

-- The console's sessions, and the one-time links that open them.
CREATE TABLE sessions (
    hash       TEXT   NOT NULL PRIMARY KEY,
    kind       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- A template as it stands, in one row.
CREATE VIEW current_templates AS
SELECT t.id, t.title, t.body, t.version, t.created_at, t.updated_at,
    (SELECT s.sender FROM template_senders s
      WHERE s.template_id = t.id AND s.environment = 'live') AS live_sender,
    (SELECT s.sender FROM template_senders s
      WHERE s.template_id = t.id AND s.environment = 'pre_release') AS pre_release_sender,
    (SELECT s.sender FROM template_senders s
      WHERE s.template_id = t.id AND s.environment = 'sandbox') AS sandbox_sender,
    (SELECT p.version FROM template_published p
      WHERE p.template_id = t.id AND p.environment = 'live') AS live_version,
    (SELECT p.version FROM template_published p
      WHERE p.template_id = t.id AND p.environment = 'pre_release') AS pre_release_version
FROM templates t
WHERE t.deleted_at IS NULL;
