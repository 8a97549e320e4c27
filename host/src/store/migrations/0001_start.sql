-- The first schema, for all of what sending promises. One text for SQLite and PostgreSQL: instants
-- are BIGINT microseconds, ids are TEXT (UUIDv7), structures are TEXT (JSON), truth is BIGINT 0 or
-- 1. schema.rs adds what only one of them has: on PostgreSQL every TEXT sorts by its bytes, on
-- SQLite a table marked CLUSTERED is one tree, ordered by its key.

-- ---------------------------------------------------------------------------- templates

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

-- ---------------------------------------------------------------------------- senders

-- Twilio accounts. `token` and `previous_token` (valid beside it during a rotation) are sealed.
CREATE TABLE accounts (
    sid            TEXT   NOT NULL PRIMARY KEY,
    label          TEXT   NOT NULL,
    token          TEXT   NOT NULL,
    previous_token TEXT,
    verified_at    BIGINT NOT NULL,
    created_at     BIGINT NOT NULL
);

-- A number or a Messaging Service, and what is set for it wherever it is used. `replies` says who
-- answers its keywords; `on_unknown` is `hold` or `resend`; `resend_undelivered` makes a new message
-- of one that was not delivered; `forward_secret` is sealed.
CREATE TABLE senders (
    sender             TEXT   NOT NULL PRIMARY KEY,
    account            TEXT   REFERENCES accounts (sid),
    replies            TEXT   NOT NULL,
    on_unknown         TEXT   NOT NULL DEFAULT 'hold',
    resend_undelivered BIGINT NOT NULL DEFAULT 0,
    keywords           TEXT,
    forward_url        TEXT,
    forward_secret     TEXT,
    created_at         BIGINT NOT NULL
);

-- Which environments may send free-form text from it.
CREATE TABLE sender_environments (
    environment   TEXT   NOT NULL,
    sender        TEXT   NOT NULL REFERENCES senders (sender),
    registered_at BIGINT NOT NULL,
    PRIMARY KEY (environment, sender)
) /* CLUSTERED */;

-- How fast a sender may send, and when its next segment is free. No row: as fast as it goes.
CREATE TABLE lanes (
    sender              TEXT   NOT NULL PRIMARY KEY,
    segments_per_minute BIGINT NOT NULL,
    free_at             BIGINT NOT NULL DEFAULT 0
) /* CLUSTERED */;

-- A sender's registration (A2P 10DLC and its like), as last asked for.
CREATE TABLE registrations (
    sender     TEXT   NOT NULL PRIMARY KEY,
    brand      TEXT,
    campaign   TEXT,
    detail     TEXT   NOT NULL,
    checked_at BIGINT NOT NULL
) /* CLUSTERED */;

-- Messaging Services, and the numbers of each, as last fetched.
CREATE TABLE services (
    service        TEXT   NOT NULL PRIMARY KEY,
    account        TEXT   REFERENCES accounts (sid),
    smart_encoding BIGINT NOT NULL DEFAULT 0,
    fetched_at     BIGINT NOT NULL
) /* CLUSTERED */;

CREATE TABLE service_numbers (
    service TEXT NOT NULL REFERENCES services (service),
    number  TEXT NOT NULL,
    PRIMARY KEY (service, number)
) /* CLUSTERED */;
CREATE INDEX services_by_number ON service_numbers (number, service);

-- Rows that exist to be locked. `pools`: shared by a STOP, alone by a change of a pool, so that a
-- STOP covers every service that holds its number.
CREATE TABLE locks (
    name TEXT NOT NULL PRIMARY KEY
) /* CLUSTERED */;
INSERT INTO locks (name) VALUES ('pools');

-- ---------------------------------------------------------------------------- messages

-- What a message is and where it stands. Narrow, because it moves several times; what was written
-- once stands in `contents`.
CREATE TABLE messages (
    id                 TEXT   NOT NULL PRIMARY KEY,
    state              TEXT   NOT NULL,
    state_rank         BIGINT NOT NULL,
    reason             TEXT,
    error_code         BIGINT,
    recipient          TEXT   NOT NULL,
    sender             TEXT   NOT NULL,
    environment        TEXT   NOT NULL,
    template_id        TEXT,
    template           TEXT,
    template_version   BIGINT,
    language           TEXT,
    conversation_id    TEXT,
    module             TEXT   NOT NULL,
    sid                TEXT,
    predicted_segments BIGINT NOT NULL,
    billed_segments    BIGINT,
    price              TEXT,
    price_unit         TEXT,
    poll_at            BIGINT,
    resend_of          TEXT,
    created_at         BIGINT NOT NULL,
    updated_at         BIGINT NOT NULL
);
CREATE UNIQUE INDEX messages_by_sid ON messages (sid) WHERE sid IS NOT NULL;
CREATE INDEX messages_by_recipient ON messages (recipient, id);
CREATE INDEX messages_by_conversation ON messages (conversation_id, id)
    WHERE conversation_id IS NOT NULL;
-- What went wrong or was held back: few among many.
CREATE INDEX messages_not_delivered ON messages (state, id)
    WHERE state IN ('unknown', 'failed', 'undelivered', 'canceled', 'suppressed');
-- Accepted by Twilio and not final yet: callbacks get lost, so these are asked for.
CREATE INDEX messages_to_poll ON messages (poll_at) WHERE poll_at IS NOT NULL;
-- The bill says otherwise than we did.
CREATE INDEX messages_miscounted ON messages (id) WHERE billed_segments <> predicted_segments;

-- What a message says, and what `replay` needs to say it again. Redaction empties body, values and
-- the segments' detail; the hash stays.
CREATE TABLE contents (
    message_id   TEXT   NOT NULL PRIMARY KEY,
    body         TEXT   NOT NULL,
    body_sha256  TEXT   NOT NULL,
    segments     TEXT   NOT NULL,
    token_values TEXT   NOT NULL,
    missing      TEXT,
    redact_at    BIGINT,
    redacted_at  BIGINT
);
CREATE INDEX contents_to_redact ON contents (redact_at)
    WHERE redact_at IS NOT NULL AND redacted_at IS NULL;

-- A message with what it says.
CREATE VIEW whole_messages AS
SELECT m.id, m.state, m.reason, m.error_code, m.recipient, m.sender, m.environment, m.template,
    m.template_version, m.language, m.conversation_id, m.module, m.sid, m.predicted_segments,
    m.billed_segments, m.created_at, m.updated_at, c.body, c.segments
FROM messages m JOIN contents c ON c.message_id = m.id;

-- What has not been handed over yet, one row for each message until its fate is known.
--   due      may begin at due_at
--   waiting  another message of its pair is in flight; that one's end makes it due
--   leased   a POST may be on the wire, until lease_until
--   unknown  in doubt; looked for at due_at, or never again when that is NULL
CREATE TABLE outbox (
    message_id  TEXT   NOT NULL PRIMARY KEY,
    phase       TEXT   NOT NULL,
    recipient   TEXT   NOT NULL,
    sender      TEXT   NOT NULL,
    segments    BIGINT NOT NULL,
    due_at      BIGINT,
    tries       BIGINT NOT NULL DEFAULT 0,
    attempt_id  TEXT,
    lease_until BIGINT,
    on_unknown  TEXT   NOT NULL DEFAULT 'hold',
    valid_for   BIGINT,
    looks       BIGINT NOT NULL DEFAULT 0
) /* CLUSTERED */;
-- Each sender has a queue of its own, so that a slow one never stands before another.
CREATE INDEX outbox_due ON outbox (sender, due_at, message_id) WHERE phase = 'due';
CREATE INDEX outbox_by_pair ON outbox (recipient, sender, phase, message_id);
CREATE INDEX outbox_leased ON outbox (lease_until, message_id) WHERE phase = 'leased';
CREATE INDEX outbox_unknown ON outbox (due_at, message_id) WHERE phase = 'unknown';

-- Each try to hand a message over. Its id is in the status callback's URL.
CREATE TABLE attempts (
    id            TEXT   NOT NULL PRIMARY KEY,
    message_id    TEXT   NOT NULL,
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
) /* CLUSTERED */;

-- For ever: the same key and the same request get the same answer.
CREATE TABLE idempotency (
    idempotency_key TEXT   NOT NULL PRIMARY KEY,
    request_hash    TEXT   NOT NULL,
    message_id      TEXT   NOT NULL,
    response        TEXT   NOT NULL,
    created_at      BIGINT NOT NULL
) /* CLUSTERED */;

-- A conversation's own metadata, as JSON, and what was sent in it.
CREATE TABLE conversations (
    id         TEXT   NOT NULL PRIMARY KEY,
    metadata   TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE conversation_log (
    conversation_id TEXT   NOT NULL,
    id              TEXT   NOT NULL,
    message_id      TEXT   NOT NULL,
    event           TEXT   NOT NULL,
    logged_at       BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, id)
) /* CLUSTERED */;

-- ---------------------------------------------------------------------------- consent

-- The row that a claim and a STOP both lock. `changed_at` is the date of what was said last.
CREATE TABLE pairs (
    recipient  TEXT   NOT NULL,
    sender     TEXT   NOT NULL,
    opted_out  BIGINT NOT NULL,
    changed_at BIGINT,
    PRIMARY KEY (recipient, sender)
) /* CLUSTERED */;
CREATE INDEX pairs_opted_out ON pairs (recipient, sender) WHERE opted_out = 1;

-- Append-only: no statement of this program updates or deletes a row of it. `happened_at` is the
-- date of the message, import or decision, `recorded_at` when we learned of it.
CREATE TABLE consent_ledger (
    id          TEXT   NOT NULL PRIMARY KEY,
    recipient   TEXT   NOT NULL,
    sender      TEXT   NOT NULL,
    action      TEXT   NOT NULL,
    source      TEXT   NOT NULL,
    reason      TEXT,
    keyword     TEXT,
    matched     TEXT,
    raw_text    TEXT,
    message_sid TEXT,
    happened_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL
);
CREATE INDEX consent_ledger_by_pair ON consent_ledger (recipient, sender, id);

-- One row for each inbound message; it keeps the reply, so that a retry gets the same one. `source`
-- is `webhook`, or `list` for one that was found when Twilio was asked.
CREATE TABLE inbound (
    message_sid   TEXT   NOT NULL PRIMARY KEY,
    recipient     TEXT   NOT NULL,
    sender        TEXT   NOT NULL,
    service       TEXT,
    source        TEXT   NOT NULL DEFAULT 'webhook',
    raw_text      TEXT   NOT NULL,
    disposition   TEXT   NOT NULL,
    keyword       TEXT,
    reply         TEXT,
    trace         TEXT   NOT NULL,
    opt_out_type  TEXT,
    sent_at       BIGINT,
    received_at   BIGINT NOT NULL
);
CREATE INDEX inbound_by_pair ON inbound (recipient, sender, received_at);

-- How far back each sender's inbound messages have been asked for, and by whom at the moment.
CREATE TABLE inbound_checks (
    sender       TEXT   NOT NULL PRIMARY KEY,
    checked_till BIGINT NOT NULL,
    check_at     BIGINT NOT NULL,
    lease_until  BIGINT
) /* CLUSTERED */;

-- Inbound messages on their way to the user's webhook: an outbox of its own.
CREATE TABLE forwards (
    message_sid TEXT   NOT NULL PRIMARY KEY,
    sender      TEXT   NOT NULL,
    phase       TEXT   NOT NULL,
    due_at      BIGINT NOT NULL,
    tries       BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT,
    last_error  TEXT,
    created_at  BIGINT NOT NULL,
    ended_at    BIGINT
);
CREATE INDEX forwards_due ON forwards (due_at, message_sid) WHERE phase = 'due';
CREATE INDEX forwards_leased ON forwards (lease_until, message_sid) WHERE phase = 'leased';

-- ---------------------------------------------------------------------------- access

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
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- Settings of the project (retention, keyword sets), by name, as JSON.
CREATE TABLE settings (
    name       TEXT   NOT NULL PRIMARY KEY,
    value      TEXT   NOT NULL,
    updated_at BIGINT NOT NULL
);
