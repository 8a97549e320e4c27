-- Where what people write is forwarded to. `sender` is a number, a Messaging Service, or `default`
-- for all that have no webhook of their own. `secret`, and `previous_secret`, which signs beside it
-- until `previous_until`, are sealed.
CREATE TABLE webhooks (
    sender          TEXT   NOT NULL PRIMARY KEY,
    url             TEXT   NOT NULL,
    keywords        BIGINT NOT NULL,
    secret          TEXT   NOT NULL,
    previous_secret TEXT,
    previous_until  BIGINT,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL
) /* CLUSTERED */;

-- What a sender forwards to stands in a table of its own, and what is forwarded has an id of its
-- own. Nothing was ever written to these.
ALTER TABLE senders DROP COLUMN forward_url;
ALTER TABLE senders DROP COLUMN forward_secret;
DROP TABLE forwards;

-- Inbound messages on their way to a webhook: an outbox of its own.
--   queued     may be posted at due_at
--   sending    is being posted, until lease_until; then queued again, for a webhook may hear twice
--   delivered  the webhook has said so
--   dead       given up; posted again only if somebody asks for it
-- `tries` never falls, so that an answer that comes late is known by it; `tried_before` of them were
-- before somebody asked for it again, at `tried_since`.
CREATE TABLE forwards (
    id              TEXT   NOT NULL PRIMARY KEY,
    message_sid     TEXT   NOT NULL,
    webhook         TEXT   NOT NULL,
    conversation_id TEXT,
    state           TEXT   NOT NULL,
    due_at          BIGINT NOT NULL,
    lease_until     BIGINT,
    tries           BIGINT NOT NULL DEFAULT 0,
    tried_before    BIGINT NOT NULL DEFAULT 0,
    tried_since     BIGINT NOT NULL,
    error           TEXT,
    created_at      BIGINT NOT NULL,
    ended_at        BIGINT
);
-- Each webhook has a queue of its own, so that a slow one never stands before another.
CREATE INDEX forwards_due ON forwards (webhook, due_at, id) WHERE state = 'queued';
CREATE INDEX forwards_leased ON forwards (lease_until, id) WHERE state = 'sending';
CREATE INDEX forwards_by_state ON forwards (state, id);
CREATE INDEX forwards_by_message ON forwards (message_sid);
