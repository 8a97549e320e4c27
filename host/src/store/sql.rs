//! Every SQL statement, by name: text that SQLite and PostgreSQL both read (`$n` binds in both).
//!
//! Only the locking differs: SQLite holds its one write lock from `BEGIN IMMEDIATE` on, where
//! PostgreSQL will lock a pair's row with `FOR UPDATE`. An index that a statement needs is
//! named beside it.

macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub(super) const $name: &str = $text;)*
    };
}

// Templates.
statements! {
    LIST_TEMPLATES = "SELECT * FROM current_templates ORDER BY title LIMIT $1";
    /// Index: templates_by_title.
    TEMPLATE_BY_ID_OR_TITLE = "SELECT * FROM current_templates WHERE id = $1 OR title = $1 \
        ORDER BY CASE WHEN id = $1 THEN 0 ELSE 1 END LIMIT 1";
    /// A template and its languages: `name`, `name_es`, `name_pt-BR`.
    TEMPLATES_OF_NAME = "SELECT * FROM current_templates \
        WHERE title = $1 OR substr(title, 1, length($1) + 1) = $1 || '_' \
        ORDER BY title LIMIT $2";
    TITLE_IS_TAKEN = "SELECT count(*) FROM templates \
        WHERE title = $1 AND id <> $2 AND deleted_at IS NULL";
    INSERT_TEMPLATE = "INSERT INTO templates (id, title, body, version, created_at, updated_at) \
        VALUES ($1, $2, $3, 1, $4, $4)";
    UPDATE_TEMPLATE = "UPDATE templates \
        SET title = $2, body = $3, version = version + 1, updated_at = $4 \
        WHERE id = $1 AND deleted_at IS NULL RETURNING version";
    DELETE_TEMPLATE = "UPDATE templates SET deleted_at = $2 \
        WHERE id = $1 AND deleted_at IS NULL";
    INSERT_TEMPLATE_VERSION = "INSERT INTO template_versions \
        (template_id, version, title, body, created_at) VALUES ($1, $2, $3, $4, $5)";
    TEMPLATE_VERSION_BODY = "SELECT body FROM template_versions \
        WHERE template_id = $1 AND version = $2";
    SET_TEMPLATE_SENDER = "INSERT INTO template_senders (template_id, environment, sender) \
        VALUES ($1, $2, $3) \
        ON CONFLICT (template_id, environment) DO UPDATE SET sender = excluded.sender";
    CLEAR_TEMPLATE_SENDER = "DELETE FROM template_senders \
        WHERE template_id = $1 AND environment = $2";
    PUBLISH_TEMPLATE = "INSERT INTO template_published \
        (template_id, environment, version, published_at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (template_id, environment) \
        DO UPDATE SET version = excluded.version, published_at = excluded.published_at";
    COUNT_TEMPLATES = "SELECT count(*) FROM templates";
}

// Senders and Messaging Services.
statements! {
    LIST_SENDERS = "SELECT environment, sender, replies FROM senders \
        ORDER BY environment, sender LIMIT $1";
    SENDER_IS_REGISTERED = "SELECT count(*) FROM senders WHERE environment = $1 AND sender = $2";
    REGISTER_SENDER = "INSERT INTO senders (environment, sender, replies, created_at) \
        VALUES ($1, $2, $3, $4) \
        ON CONFLICT (environment, sender) DO UPDATE SET replies = excluded.replies";
    /// A number answers as its most cautious registration says: `twilio` sorts first.
    SENDER_REPLIES = "SELECT replies FROM senders WHERE sender = $1 \
        ORDER BY replies LIMIT 1";
    NUMBERS_OF_SERVICE = "SELECT number FROM service_numbers WHERE service = $1 ORDER BY number";
    /// Index: services_by_number.
    SERVICES_OF_NUMBER = "SELECT service FROM service_numbers WHERE number = $1 ORDER BY service";
    ADD_SERVICE_NUMBER = "INSERT INTO service_numbers (service, number, fetched_at) \
        VALUES ($1, $2, $3) \
        ON CONFLICT (service, number) DO UPDATE SET fetched_at = excluded.fetched_at";
}

// Messages.
statements! {
    INSERT_MESSAGE = "INSERT INTO messages (id, state, state_rank, reason, recipient, sender, \
        environment, template_id, template, template_version, language, body, segments, \
        token_values, missing, module, conversation_id, created_at, updated_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, \
        $18, $18)";
    MESSAGE_BY_ID = "SELECT * FROM messages WHERE id = $1";
    LIST_MESSAGES = "SELECT * FROM messages WHERE id < $1 ORDER BY id DESC LIMIT $2";
    /// Index: messages_by_conversation.
    MESSAGES_OF_CONVERSATION = "SELECT * FROM messages WHERE conversation_id = $1 \
        ORDER BY id LIMIT $2";
    /// Forward only, by rank.
    ADVANCE_MESSAGE = "UPDATE messages \
        SET state = $2, state_rank = $3, reason = coalesce($4, reason), \
            error_code = coalesce($5, error_code), updated_at = $6 \
        WHERE id = $1 AND state_rank < $3";
    /// From one state to another, or not at all: for what only the dispatcher may undo.
    MOVE_MESSAGE = "UPDATE messages \
        SET state = $3, state_rank = $4, reason = $5, updated_at = $6 \
        WHERE id = $1 AND state = $2";
    BIND_MESSAGE_SID = "UPDATE messages SET sid = $2, updated_at = $3 \
        WHERE id = $1 AND sid IS NULL";
    SET_BILLED_SEGMENTS = "UPDATE messages SET billed_segments = $2 WHERE id = $1";
    /// Index: messages_by_sid.
    MESSAGE_ID_BY_SID = "SELECT id FROM messages WHERE sid = $1";
    /// Index: messages_queued.
    SUPPRESS_QUEUED = "UPDATE messages \
        SET state = 'suppressed', state_rank = $3, reason = $4, updated_at = $5 \
        WHERE recipient = $1 AND sender = $2 AND state = 'queued' RETURNING id";
    LOG_CONVERSATION = "INSERT INTO conversation_log \
        (id, conversation_id, message_id, event, logged_at) VALUES ($1, $2, $3, $4, $5)";
    CONVERSATION_LOG = "SELECT message_id, event, logged_at FROM conversation_log \
        WHERE conversation_id = $1 ORDER BY id LIMIT $2";
    IDEMPOTENT_ANSWER = "SELECT request_hash, response FROM idempotency \
        WHERE idempotency_key = $1";
    RECORD_IDEMPOTENT_ANSWER = "INSERT INTO idempotency \
        (idempotency_key, request_hash, message_id, response, created_at) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (idempotency_key) DO NOTHING";
}

// The outbox and the attempts.
statements! {
    ENQUEUE = "INSERT INTO outbox (message_id, recipient, sender, due_at, tries) \
        VALUES ($1, $2, $3, $4, 0)";
    /// The next message that may begin. A pair with a message in flight has no other begin, so
    /// that a person gets messages in order and an unknown one can be matched without doubt.
    /// Indexes: outbox_due, messages_in_flight.
    NEXT_DUE = "SELECT o.message_id, o.tries, m.recipient, m.sender, m.body \
        FROM outbox o JOIN messages m ON m.id = o.message_id \
        WHERE o.attempt_id IS NULL AND o.due_at <= $1 AND NOT EXISTS ( \
            SELECT 1 FROM messages f WHERE f.recipient = o.recipient AND f.sender = o.sender \
            AND f.state IN ('dispatching', 'unknown')) \
        ORDER BY o.due_at, o.message_id LIMIT 1";
    NEXT_DUE_AT = "SELECT min(due_at) FROM outbox WHERE attempt_id IS NULL AND due_at > $1";
    LEASE = "UPDATE outbox SET attempt_id = $2, lease_until = $3, tries = tries + 1 \
        WHERE message_id = $1 AND attempt_id IS NULL";
    RELEASE = "UPDATE outbox SET attempt_id = NULL, lease_until = NULL, due_at = $3 \
        WHERE message_id = $1 AND attempt_id = $2";
    DEQUEUE = "DELETE FROM outbox WHERE message_id = $1";
    /// Index: outbox_leased.
    EXPIRED_LEASES = "SELECT message_id, attempt_id FROM outbox \
        WHERE attempt_id IS NOT NULL AND lease_until <= $1 ORDER BY lease_until LIMIT $2";
    INSERT_ATTEMPT = "INSERT INTO attempts (id, message_id, number, state, began_at) \
        VALUES ($1, $2, $3, 'dispatching', $4)";
    END_ATTEMPT = "UPDATE attempts \
        SET state = $2, sid = coalesce(sid, $3), error_code = $4, error_message = $5, \
            ended_at = $6 \
        WHERE id = $1 AND state IN ('dispatching', 'unknown')";
    ATTEMPT_MESSAGE = "SELECT message_id FROM attempts WHERE id = $1";
    /// Index: attempts_by_message.
    ATTEMPTS_OF_MESSAGE = "SELECT id, number, state, sid, error_code, error_message, began_at, \
        ended_at FROM attempts WHERE message_id = $1 ORDER BY number";
    RECORD_CALLBACK = "INSERT INTO callbacks \
        (sid, status, state, attempt_id, error_code, received_at) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (sid, status) DO NOTHING";
    CALLBACKS_OF_SID = "SELECT state, error_code FROM callbacks \
        WHERE sid = $1 AND state IS NOT NULL";
}

// Consent and inbound messages.
statements! {
    ENSURE_PAIR = "INSERT INTO pairs (recipient, sender, opted_out) VALUES ($1, $2, 0) \
        ON CONFLICT (recipient, sender) DO NOTHING";
    PAIR_IS_OPTED_OUT = "SELECT opted_out FROM pairs WHERE recipient = $1 AND sender = $2";
    SET_CONSENT = "UPDATE pairs SET opted_out = $3, changed_at = $4 \
        WHERE recipient = $1 AND sender = $2";
    APPEND_TO_LEDGER = "INSERT INTO consent_ledger (id, recipient, sender, action, source, \
        keyword, matched, raw_text, message_sid, recorded_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    INBOUND_REPLY = "SELECT reply FROM inbound WHERE message_sid = $1";
    RECORD_INBOUND = "INSERT INTO inbound (message_sid, recipient, sender, service, raw_text, \
        disposition, keyword, reply, trace, received_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (message_sid) DO NOTHING";
}

// Keys and sessions.
statements! {
    INSERT_API_KEY = "INSERT INTO api_keys (id, label, hash, created_at) \
        VALUES ($1, $2, $3, $4) ON CONFLICT (hash) DO NOTHING";
    API_KEY_HASH = "SELECT hash FROM api_keys WHERE hash = $1 AND revoked_at IS NULL";
    COUNT_API_KEYS = "SELECT count(*) FROM api_keys WHERE revoked_at IS NULL";
    INSERT_SESSION = "INSERT INTO sessions (hash, kind, created_at, expires_at) \
        VALUES ($1, $2, $3, $4)";
    SESSION_HASH = "SELECT hash FROM sessions \
        WHERE hash = $1 AND kind = 'session' AND expires_at > $2";
    /// A link opens one session: whoever deletes its row has used it.
    USE_LINK = "DELETE FROM sessions WHERE hash = $1 AND kind = 'link' AND expires_at > $2";
    END_SESSION = "DELETE FROM sessions WHERE hash = $1";
    FORGET_EXPIRED_SESSIONS = "DELETE FROM sessions WHERE expires_at <= $1";
}
