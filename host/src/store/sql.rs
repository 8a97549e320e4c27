//! Every SQL statement, by name: text that SQLite and PostgreSQL both read (`$n` binds in both).
//!
//! Only the locking differs: SQLite holds its one write lock from `BEGIN IMMEDIATE` on, where
//! PostgreSQL locks a pair's row with `FOR UPDATE`. Locks are taken in one order everywhere:
//! pools, then rates by sender, then pairs by (sender, recipient), then a message's row of the outbox
//! and, with that held, the rest of the message. An index that a statement needs is named beside it;
//! `plans.rs` asks both databases whether they use it.

use super::statement::{Statement, statements};

// Templates.
statements! { TEMPLATES:
    LIST_TEMPLATES = "SELECT * FROM current_templates ORDER BY title LIMIT $1";
    /// Index: templates_by_title.
    TEMPLATE_BY_ID_OR_TITLE = "SELECT * FROM current_templates WHERE id = $1 OR title = $1 \
        ORDER BY CASE WHEN id = $1 THEN 0 ELSE 1 END LIMIT 1";
    /// A template and its languages: `name`, `name_es`, `name_pt-BR`. Titles sort by their bytes,
    /// and the byte after `_` is that of the grave accent. Index: templates_by_title.
    TEMPLATES_OF_NAME = "SELECT t.*, \
            (SELECT s.value FROM settings s WHERE s.name = $3) AS default_language \
        FROM current_templates t \
        WHERE title = $1 OR (title > $1 || '_' AND title < $1 || '`') \
        ORDER BY title LIMIT $2";
    TITLE_IS_TAKEN = "SELECT id FROM templates \
        WHERE title = $1 AND id <> $2 AND deleted_at IS NULL";
    INSERT_TEMPLATE = "INSERT INTO templates (id, title, body, version, created_at, updated_at) \
        VALUES ($1, $2, $3, 1, $4, $4)";
    /// Only from the version that its writer has read, if that is said.
    UPDATE_TEMPLATE = "UPDATE templates \
        SET title = $2, body = $3, version = version + 1, updated_at = $4 \
        WHERE id = $1 AND deleted_at IS NULL AND (version = $5 OR $5 IS NULL) RETURNING version";
    NEWEST_VERSION = "SELECT version FROM templates WHERE id = $1 AND deleted_at IS NULL";
    TEMPLATE_VERSIONS = "SELECT version, title, body, created_at FROM template_versions \
        WHERE template_id = $1 AND version < $2 ORDER BY version DESC LIMIT $3";
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
    ANY_TEMPLATE = "SELECT id FROM templates LIMIT 1";
}

// Senders and Messaging Services.
statements! { SENDERS:
    LIST_SENDERS = "SELECT e.environment, e.sender, s.replies, s.on_unknown, s.resend_undelivered, \
            l.segments_per_minute \
        FROM sender_environments e JOIN senders s ON s.sender = e.sender \
        LEFT JOIN lanes l ON l.sender = e.sender \
        ORDER BY e.environment, e.sender LIMIT $1";
    SENDER_IS_REGISTERED = "SELECT sender FROM sender_environments \
        WHERE environment = $1 AND sender = $2";
    REGISTER_SENDER = "INSERT INTO senders (sender, replies, created_at) VALUES ($1, $2, $3) \
        ON CONFLICT (sender) DO UPDATE SET replies = excluded.replies";
    REGISTER_SENDER_IN = "INSERT INTO sender_environments (environment, sender, registered_at) \
        VALUES ($1, $2, $3) ON CONFLICT (environment, sender) DO NOTHING";
    UNREGISTER_SENDER = "DELETE FROM sender_environments WHERE environment = $1 AND sender = $2";
    /// Unless one is set.
    SUGGEST_RATE = "INSERT INTO lanes (sender, segments_per_minute) VALUES ($1, $2) \
        ON CONFLICT (sender) DO NOTHING";
    SET_RATE = "INSERT INTO lanes (sender, segments_per_minute) VALUES ($1, $2) \
        ON CONFLICT (sender) DO UPDATE SET segments_per_minute = excluded.segments_per_minute, \
            free_at = 0";
    SET_ON_UNKNOWN = "UPDATE senders SET on_unknown = $2 WHERE sender = $1";
    SET_RESEND_UNDELIVERED = "UPDATE senders SET resend_undelivered = $2 WHERE sender = $1";
    SENDER_REPLIES = "SELECT replies FROM senders WHERE sender = $1";
    NUMBERS_OF_SERVICE = "SELECT number FROM service_numbers WHERE service = $1 ORDER BY number";
    POOL_IS_KNOWN = "SELECT number FROM service_numbers WHERE service = $1 LIMIT 1";
    /// Index: services_by_number.
    SERVICES_OF_NUMBER = "SELECT service FROM service_numbers WHERE number = $1 ORDER BY service";
    FETCH_SERVICE = "INSERT INTO services (service, fetched_at) VALUES ($1, $2) \
        ON CONFLICT (service) DO UPDATE SET fetched_at = excluded.fetched_at";
    FORGET_SERVICE_NUMBERS = "DELETE FROM service_numbers WHERE service = $1";
    ADD_SERVICE_NUMBER = "INSERT INTO service_numbers (service, number) VALUES ($1, $2) \
        ON CONFLICT (service, number) DO NOTHING";
    /// Each sender that is in use, whether Twilio was asked about it or not.
    LIST_REGISTRATIONS = "SELECT used.sender, r.brand, r.campaign, r.detail, r.checked_at \
        FROM (SELECT sender FROM sender_environments UNION \
            SELECT s.sender FROM template_senders s JOIN templates t ON t.id = s.template_id \
            WHERE t.deleted_at IS NULL) used \
        LEFT JOIN registrations r ON r.sender = used.sender ORDER BY used.sender LIMIT $1";
    REGISTRATION = "SELECT sender, brand, campaign, detail, checked_at FROM registrations \
        WHERE sender = $1";
    SET_REGISTRATION = "INSERT INTO registrations (sender, brand, campaign, detail, checked_at) \
        VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (sender) DO UPDATE SET brand = excluded.brand, campaign = excluded.campaign, \
            detail = excluded.detail, checked_at = excluded.checked_at";
    FORGET_REGISTRATIONS = "DELETE FROM registrations WHERE checked_at < $1";
    /// Many STOPs at a time, each sure that no pool changes before it commits.
    HOLD_POOLS = "SELECT name FROM locks WHERE name = 'pools'" postgres " FOR SHARE";
    /// A change of a pool, after all STOPs that have begun.
    CHANGE_POOLS = "SELECT name FROM locks WHERE name = 'pools'" postgres " FOR UPDATE";
}

// Messages.
statements! { MESSAGES:
    /// The message, what it says, and, if it is to go out, its place in the outbox and its pair, which
    /// the claim locks.
    STORE_MESSAGE = [
        "INSERT INTO messages (id, state, state_rank, reason, recipient, sender, environment, \
            template_id, template, template_version, language, conversation_id, module, \
            predicted_segments, created_at, updated_at) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)",
        "INSERT INTO contents (message_id, body, body_sha256, segments, token_values, missing, \
            redact_at) VALUES ($1, $16, $17, $18, $19, $20, CAST($23 AS BIGINT))",
        "INSERT INTO outbox (message_id, phase, recipient, sender, segments, due_at, on_unknown, \
            valid_for) \
            SELECT $1, 'due', $5, $6, $14, $15, \
                coalesce($21, (SELECT s.on_unknown FROM senders s WHERE s.sender = $6), 'hold'), \
                CAST($22 AS BIGINT) \
            WHERE $2 = 'queued'",
        "INSERT INTO pairs (recipient, sender, opted_out) SELECT $5, $6, 0 WHERE $2 = 'queued' \
            ON CONFLICT (recipient, sender) DO NOTHING"
    ];
    MESSAGE_BY_ID = "SELECT * FROM whole_messages WHERE id = $1";
    /// What matches among the newest $2 before $1: a filter that matches little does not walk
    /// through everything there is.
    LIST_MESSAGES = "SELECT v.* FROM whole_messages v JOIN ( \
            SELECT n.id FROM ( \
                SELECT * FROM messages WHERE id < $1 ORDER BY id DESC LIMIT $2) n \
            WHERE (n.state = $4 OR $4 IS NULL) AND (n.sender = $5 OR $5 IS NULL) \
            AND (n.environment = $6 OR $6 IS NULL) AND (n.template = $7 OR $7 IS NULL) \
            ORDER BY n.id DESC LIMIT $3) page ON page.id = v.id \
        ORDER BY v.id DESC";
    /// How far that has walked; nothing if it came to the end.
    LIST_WALKED_TO = "SELECT id FROM messages WHERE id < $1 ORDER BY id DESC LIMIT 1 OFFSET $2";
    /// What became of the newest $2 from $1 on, by spans of $3 microseconds.
    TALLY_MESSAGES = "SELECT page.created_at / $3 AS span, page.state, page.template, page.sender, \
            page.error_code, count(*) AS messages, \
            CAST(sum(page.predicted_segments) AS BIGINT) AS predicted, \
            CAST(sum(coalesce(page.billed_segments, 0)) AS BIGINT) AS billed, \
            CAST(sum(CASE WHEN page.billed_segments IS NULL THEN 0 \
                ELSE page.predicted_segments END) AS BIGINT) AS predicted_of_billed \
        FROM (SELECT * FROM messages WHERE id >= $1 ORDER BY id DESC LIMIT $2) page \
        WHERE (page.environment = $4 OR $4 IS NULL) AND (page.sender = $5 OR $5 IS NULL) \
        AND (page.template = $6 OR $6 IS NULL) \
        GROUP BY 1, 2, 3, 4, 5 ORDER BY 1";
    /// The same of one person. Index: messages_by_recipient.
    LIST_MESSAGES_TO = "SELECT v.* FROM whole_messages v JOIN ( \
            SELECT n.id FROM messages n \
            WHERE n.recipient = $2 AND n.id < $1 \
            AND (n.state = $4 OR $4 IS NULL) AND (n.sender = $5 OR $5 IS NULL) \
            AND (n.environment = $6 OR $6 IS NULL) AND (n.template = $7 OR $7 IS NULL) \
            ORDER BY n.id DESC LIMIT $3) page ON page.id = v.id \
        ORDER BY v.id DESC";
    /// The same of one conversation. Index: messages_by_conversation.
    LIST_MESSAGES_IN = "SELECT v.* FROM whole_messages v JOIN ( \
            SELECT n.id FROM messages n \
            WHERE n.conversation_id = $2 AND n.id < $1 AND (n.recipient = $8 OR $8 IS NULL) \
            AND (n.state = $4 OR $4 IS NULL) AND (n.sender = $5 OR $5 IS NULL) \
            AND (n.environment = $6 OR $6 IS NULL) AND (n.template = $7 OR $7 IS NULL) \
            ORDER BY n.id DESC LIMIT $3) page ON page.id = v.id \
        ORDER BY v.id DESC";
    /// The same of those that went wrong or were held back, few among many.
    /// Index: messages_not_delivered.
    LIST_MESSAGES_NOT_DELIVERED = "SELECT v.* FROM whole_messages v JOIN ( \
            SELECT n.id FROM messages n \
            WHERE n.state IN ('unknown', 'failed', 'undelivered', 'canceled', 'suppressed') \
            AND n.state = $3 AND n.id < $1 AND (n.sender = $4 OR $4 IS NULL) \
            AND (n.environment = $5 OR $5 IS NULL) AND (n.template = $6 OR $6 IS NULL) \
            ORDER BY n.id DESC LIMIT $2) page ON page.id = v.id \
        ORDER BY v.id DESC";
    /// The same of those that Twilio counts otherwise than we do. Index: messages_miscounted.
    LIST_MESSAGES_MISCOUNTED = "SELECT v.* FROM whole_messages v JOIN ( \
            SELECT n.id FROM messages n \
            WHERE n.billed_segments <> n.predicted_segments AND n.id < $1 \
            AND (n.recipient = $3 OR $3 IS NULL) \
            AND (n.state = $4 OR $4 IS NULL) AND (n.sender = $5 OR $5 IS NULL) \
            AND (n.environment = $6 OR $6 IS NULL) AND (n.template = $7 OR $7 IS NULL) \
            AND (n.conversation_id = $8 OR $8 IS NULL) \
            ORDER BY n.id DESC LIMIT $2) page ON page.id = v.id \
        ORDER BY v.id DESC";
    /// Index: messages_by_conversation.
    MESSAGES_OF_CONVERSATION = "SELECT * FROM whole_messages WHERE conversation_id = $1 \
        ORDER BY id LIMIT $2";
    /// Forward only, by rank.
    ADVANCE_MESSAGE = "UPDATE messages \
        SET state = $2, state_rank = $3, reason = $4, error_code = $5, poll_at = $6, \
            updated_at = $7 \
        WHERE id = $1 AND state_rank < $3";
    /// From one state to another, or not at all: for what only the dispatcher may undo.
    MOVE_MESSAGE = "UPDATE messages \
        SET state = $3, state_rank = $4, reason = $5, updated_at = $6 \
        WHERE id = $1 AND state = $2";
    BIND_MESSAGE_SID = "UPDATE messages SET sid = $2, updated_at = $3 \
        WHERE id = $1 AND sid IS NULL";
    /// Index: messages_by_sid.
    MESSAGE_ID_BY_SID = "SELECT id FROM messages WHERE sid = $1";
    /// Those without news for long, each by one host. Index: messages_to_poll.
    POLLS_DUE = "SELECT id, sid, updated_at FROM messages \
        WHERE state IN ('accepted', 'sent') AND poll_at <= $1 \
        ORDER BY poll_at LIMIT $2"
        postgres " FOR UPDATE SKIP LOCKED";
    /// Those that have arrived and have no price yet, each by one host. Index: messages_to_bill.
    BILLS_DUE = "SELECT id, sid, updated_at FROM messages \
        WHERE state IN ('delivered', 'undelivered') AND poll_at <= $1 \
        ORDER BY poll_at LIMIT $2"
        postgres " FOR UPDATE SKIP LOCKED";
    /// Index: messages_by_sid.
    BILL_OF_SID = "SELECT id, predicted_segments, billed_segments, price FROM messages \
        WHERE sid = $1"
        postgres " FOR UPDATE";
    /// A message that has ended needs no more than its price.
    NOTE_BILL = "UPDATE messages \
        SET billed_segments = coalesce($2, billed_segments), price = coalesce($3, price), \
            price_unit = coalesce($4, price_unit), \
            poll_at = CASE WHEN state IN ('delivered', 'undelivered') AND $3 IS NOT NULL \
                THEN NULL ELSE poll_at END \
        WHERE id = $1";
    /// How many a person was sent, up to a limit. Index: messages_by_recipient.
    SENT_TO_SINCE = "SELECT count(*) FROM (SELECT m.id FROM messages m \
        WHERE m.recipient = $1 AND m.id >= $2 \
        AND m.state NOT IN ('suppressed', 'canceled', 'failed') LIMIT $3) page";
    /// Index: messages_by_recipient.
    SAID_TO_SINCE = "SELECT m.id FROM messages m JOIN contents c ON c.message_id = m.id \
        WHERE m.recipient = $1 AND m.id >= $2 AND c.body_sha256 = $3 \
        AND m.state NOT IN ('suppressed', 'canceled', 'failed') LIMIT 1";
    /// How many there were, up to a limit.
    SENT_SINCE = "SELECT count(*) FROM (SELECT m.id FROM messages m WHERE m.id >= $1 \
        AND m.state NOT IN ('suppressed', 'canceled', 'failed') LIMIT $2) page";
    /// One that its sender wants sent anew, and that can be: once, and while its text is there.
    /// Index: messages_by_resend_of.
    RESENDABLE = "SELECT m.conversation_id FROM messages m \
        JOIN senders s ON s.sender = m.sender JOIN contents c ON c.message_id = m.id \
        WHERE m.id = $1 AND m.resend_of IS NULL AND s.resend_undelivered = 1 \
        AND c.redacted_at IS NULL \
        AND NOT EXISTS (SELECT 1 FROM messages r WHERE r.resend_of = m.id)";
    COPY_MESSAGE = [
        "INSERT INTO messages (id, state, state_rank, recipient, sender, environment, \
            template_id, template, template_version, language, conversation_id, module, \
            predicted_segments, resend_of, created_at, updated_at) \
            SELECT $2, 'queued', CAST($3 AS BIGINT), recipient, sender, environment, template_id, \
                template, template_version, language, conversation_id, module, \
                predicted_segments, id, CAST($4 AS BIGINT), CAST($4 AS BIGINT) \
            FROM messages WHERE id = $1",
        "INSERT INTO contents (message_id, body, body_sha256, segments, token_values, missing, \
            redact_at) \
            SELECT $2, body, body_sha256, segments, token_values, missing, redact_at \
            FROM contents WHERE message_id = $1",
        "INSERT INTO outbox (message_id, phase, recipient, sender, segments, due_at, on_unknown) \
            SELECT $2, 'due', m.recipient, m.sender, m.predicted_segments, CAST($5 AS BIGINT), \
                s.on_unknown \
            FROM messages m JOIN senders s ON s.sender = m.sender WHERE m.id = $1"
    ];
    POLL_AT = "UPDATE messages SET poll_at = $2 WHERE id = $1";
    /// What it was made of: a deleted template keeps its versions.
    ORIGINAL = "SELECT m.recipient, m.sender, m.environment, m.language, m.module, m.template, \
            v.body AS template_body, c.token_values, c.missing, c.body, c.body_sha256, \
            c.redacted_at \
        FROM messages m JOIN contents c ON c.message_id = m.id \
            LEFT JOIN template_versions v \
            ON v.template_id = m.template_id AND v.version = m.template_version \
        WHERE m.id = $1";
    /// In the conversation's log; and the conversation, if it is named for the first time.
    LOG_CONVERSATION = [
        "INSERT INTO conversations (id, metadata, created_at, updated_at) \
            VALUES ($1, '{}', $7, $7) ON CONFLICT (id) DO NOTHING",
        "INSERT INTO conversation_log \
            (conversation_id, id, message_id, event, action, handoff, logged_at) \
            VALUES ($1, $2, $3, $4, $5, $6, $7)"
    ];
    CONVERSATION = "SELECT id, metadata, created_at, updated_at FROM conversations WHERE id = $1";
    LIST_CONVERSATIONS = "SELECT id, metadata, created_at, updated_at FROM conversations \
        WHERE id > $1 ORDER BY id LIMIT $2";
    SET_CONVERSATION = "INSERT INTO conversations (id, metadata, created_at, updated_at) \
        VALUES ($1, $2, $3, $3) ON CONFLICT (id) DO UPDATE SET metadata = excluded.metadata, \
            updated_at = excluded.updated_at";
    CONVERSATION_LOG = "SELECT message_id, event, action, handoff, logged_at \
        FROM conversation_log \
        WHERE conversation_id = $1 ORDER BY id LIMIT $2";
    IDEMPOTENT_ANSWER = "SELECT request_hash, response FROM idempotency \
        WHERE idempotency_key = $1";
    /// On PostgreSQL a second one waits here until the first has ended.
    RECORD_IDEMPOTENT_ANSWER = "INSERT INTO idempotency \
        (idempotency_key, request_hash, message_id, response, created_at) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (idempotency_key) DO NOTHING";
}

// The outbox, the attempts and the callbacks.
statements! { OUTBOX:
    /// Each sender that has something due now or later, after a given one, with its earliest: one
    /// step in the index for each sender, however long its queue. Index: outbox_due.
    LANES = "WITH RECURSIVE lane (sender) AS ( \
            SELECT (SELECT o.sender FROM outbox o WHERE o.phase = 'due' AND o.sender > '' \
                ORDER BY o.sender LIMIT 1) \
            UNION ALL \
            SELECT (SELECT o.sender FROM outbox o WHERE o.phase = 'due' AND o.sender > lane.sender \
                ORDER BY o.sender LIMIT 1) \
            FROM lane WHERE lane.sender IS NOT NULL) \
        SELECT lane.sender, (SELECT o.due_at FROM outbox o WHERE o.phase = 'due' \
                AND o.sender = lane.sender ORDER BY o.due_at LIMIT 1) AS due_at, \
            r.segments_per_minute, r.free_at \
        FROM lane LEFT JOIN lanes r ON r.sender = lane.sender \
        WHERE lane.sender IS NOT NULL ORDER BY lane.sender LIMIT $1";
    /// Until the claim has committed, no other host claims for this sender.
    LOCK_RATE = "SELECT segments_per_minute, free_at FROM lanes WHERE sender = $1"
        postgres " FOR UPDATE";
    USE_RATE = "UPDATE lanes SET free_at = $2 WHERE sender = $1";
    /// The oldest that a sender may begin. Index: outbox_due.
    DUE = "SELECT o.message_id, o.recipient, o.sender, o.segments, o.valid_for, c.body \
        FROM outbox o JOIN contents c ON c.message_id = o.message_id \
        WHERE o.phase = 'due' AND o.sender = $1 AND o.due_at <= $2 \
        ORDER BY o.due_at, o.message_id LIMIT $3";
    /// Only while nothing of its pair is in flight, so that a person gets messages in order and an
    /// unknown one can be matched without doubt. Asked with the pair's lock held, in a statement
    /// of its own: PostgreSQL would answer it as of before the lock otherwise.
    /// Index: outbox_by_pair.
    LEASE = [
        "UPDATE outbox \
            SET phase = 'leased', attempt_id = $2, lease_until = $3, tries = tries + 1 \
            WHERE message_id = $1 AND phase = 'due' AND NOT EXISTS ( \
                SELECT 1 FROM outbox f WHERE f.recipient = $4 AND f.sender = $5 \
                AND f.phase IN ('leased', 'unknown'))",
        "INSERT INTO attempts (id, message_id, number, state, began_at) \
            SELECT $2, $1, tries, 'dispatching', $6 FROM outbox \
            WHERE message_id = $1 AND attempt_id = $2",
        "UPDATE messages \
            SET state = 'dispatching', state_rank = $7, reason = NULL, updated_at = $6 \
            WHERE id = $1 AND state = 'queued' AND EXISTS ( \
                SELECT 1 FROM outbox WHERE message_id = $1 AND attempt_id = $2)",
        "SELECT tries FROM outbox WHERE message_id = $1 AND attempt_id = $2"
    ] on postgres
        "WITH leased AS (UPDATE outbox \
            SET phase = 'leased', attempt_id = $2, lease_until = $3, tries = tries + 1 \
            WHERE message_id = $1 AND phase = 'due' AND NOT EXISTS ( \
                SELECT 1 FROM outbox f WHERE f.recipient = $4 AND f.sender = $5 \
                AND f.phase IN ('leased', 'unknown')) \
            RETURNING tries), \
        begun AS (INSERT INTO attempts (id, message_id, number, state, began_at) \
            SELECT $2, $1, tries, 'dispatching', CAST($6 AS BIGINT) FROM leased), \
        moved AS (UPDATE messages \
            SET state = 'dispatching', state_rank = $7, reason = NULL, updated_at = $6 \
            WHERE id = $1 AND state = 'queued' AND EXISTS (SELECT 1 FROM leased)) \
        SELECT tries FROM leased";
    /// What the pair waits for. It cannot end before whoever asked has committed, so that its end
    /// sees who waits. Index: outbox_by_pair.
    IN_FLIGHT = "SELECT message_id FROM outbox \
        WHERE recipient = $1 AND sender = $2 AND phase IN ('leased', 'unknown') LIMIT 1"
        postgres " FOR UPDATE";
    /// Index: outbox_by_pair.
    LET_PAIR_WAIT = "UPDATE outbox SET phase = 'waiting' \
        WHERE recipient = $1 AND sender = $2 AND phase = 'due'";
    /// Index: outbox_by_pair.
    LET_NEXT_GO = "UPDATE outbox SET phase = 'due' \
        WHERE phase = 'waiting' AND message_id = ( \
            SELECT w.message_id FROM outbox w \
            WHERE w.recipient = $1 AND w.sender = $2 AND w.phase = 'waiting' \
            ORDER BY w.message_id LIMIT 1)";
    /// The same for a message whose SID is known now, and what was said of that SID before.
    LET_NEXT_GO_AFTER = [
        "UPDATE outbox SET phase = 'due' \
            WHERE phase = 'waiting' AND message_id = ( \
                SELECT w.message_id FROM outbox w \
                WHERE w.recipient = $1 AND w.sender = $2 AND w.phase = 'waiting' \
                ORDER BY w.message_id LIMIT 1)",
        "SELECT state, error_code FROM callbacks WHERE sid = $3 AND state IS NOT NULL"
    ];
    POSTPONE = "UPDATE outbox SET due_at = $2 WHERE message_id = $1 AND phase = 'due'";
    RELEASE = "UPDATE outbox \
        SET phase = 'due', attempt_id = NULL, lease_until = NULL, due_at = $3 \
        WHERE message_id = $1 AND attempt_id = $2 AND phase = 'leased'";
    /// Looked for from a given time on.
    DOUBT = "UPDATE outbox SET phase = 'unknown', lease_until = NULL, due_at = $3 \
        WHERE message_id = $1 AND attempt_id = $2 AND phase = 'leased'";
    /// How many there are, up to a limit: of what waits, not of what there ever was.
    QUEUE_DEPTH = "SELECT phase, count(*) FROM (SELECT phase FROM outbox LIMIT $1) o \
        GROUP BY phase ORDER BY phase";
    /// Before the rest of a message that may still be in the outbox.
    HOLD_PLACE = "SELECT phase FROM outbox WHERE message_id = $1"
        postgres " FOR UPDATE";
    DEQUEUE = "DELETE FROM outbox WHERE message_id = $1 RETURNING recipient, sender";
    /// Only what nobody has begun.
    TAKE_BACK = "DELETE FROM outbox WHERE message_id = $1 AND phase IN ('due', 'waiting') \
        RETURNING recipient, sender";
    /// Of a backup: a host that is not running yet.
    TAKE_BACK_ALL = "DELETE FROM outbox WHERE phase IN ('due', 'waiting') RETURNING message_id";
    /// Index: outbox_by_pair.
    TAKE_BACK_PAIR = "DELETE FROM outbox \
        WHERE recipient = $1 AND sender = $2 AND phase IN ('due', 'waiting') \
        RETURNING message_id";
    /// Index: outbox_leased.
    EXPIRED_LEASES = "SELECT message_id, attempt_id FROM outbox \
        WHERE phase = 'leased' AND lease_until <= $1 ORDER BY lease_until, message_id LIMIT $2";
    /// Twilio has it. A callback may have said more already, so each column moves forward only. Of
    /// several writes in one trip, PostgreSQL takes the last first.
    ACCEPT = [
        "UPDATE attempts SET state = 'accepted', sid = coalesce(sid, $3), ended_at = $4 \
            WHERE id = $2 AND state IN ('dispatching', 'unknown')",
        "UPDATE messages SET \
            sid = CASE WHEN sid IS NOT NULL THEN sid \
                WHEN EXISTS (SELECT 1 FROM messages h WHERE h.sid = $3) THEN NULL ELSE $3 END, \
            billed_segments = coalesce($5, billed_segments), \
            state = CASE WHEN state_rank < $6 THEN 'accepted' ELSE state END, \
            reason = CASE WHEN state_rank < $6 THEN NULL ELSE reason END, \
            poll_at = CASE WHEN state_rank < $6 THEN $7 ELSE poll_at END, \
            state_rank = CASE WHEN state_rank < $6 THEN $6 ELSE state_rank END, \
            updated_at = $4 \
            WHERE id = $1",
        "DELETE FROM outbox WHERE message_id = $1"
    ];
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
    /// A callback, and the message of its SID, forward only. Index: messages_by_sid.
    RECORD_CALLBACK_AND_ADVANCE = [
        "INSERT INTO callbacks (sid, status, state, attempt_id, error_code, received_at) \
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (sid, status) DO NOTHING",
        "UPDATE messages \
            SET state = $3, state_rank = $7, reason = $8, error_code = $5, poll_at = $9, \
                updated_at = $6 \
            WHERE sid = $1 AND state_rank < $7 RETURNING id"
    ];
    REPORTS_OF_SID = "SELECT status, error_code, received_at FROM callbacks \
        WHERE sid = $1 ORDER BY received_at, status";
}

// What is in doubt.
statements! { DOUBTS:
    /// Those to look for now, each by one host. Index: outbox_unknown.
    DOUBTS_DUE = "SELECT o.message_id, o.attempt_id, o.recipient, o.sender, o.on_unknown, \
            o.valid_for, o.looks, o.tries, c.body, a.began_at, \
            (SELECT min(f.began_at) FROM attempts f WHERE f.message_id = o.message_id) \
                AS first_began_at \
        FROM outbox o JOIN contents c ON c.message_id = o.message_id \
            JOIN attempts a ON a.id = o.attempt_id \
        WHERE o.phase = 'unknown' AND o.due_at <= $1 \
        ORDER BY o.due_at, o.message_id LIMIT $2"
        postgres " FOR UPDATE OF o SKIP LOCKED";
    LOOK_AT = "UPDATE outbox SET due_at = $3, looks = $4 \
        WHERE message_id = $1 AND attempt_id = $2 AND phase = 'unknown'";
    END_DOUBT = "DELETE FROM outbox \
        WHERE message_id = $1 AND attempt_id = $2 AND phase = 'unknown' \
        RETURNING recipient, sender";
    SEND_AGAIN = "UPDATE outbox SET phase = 'due', attempt_id = NULL, due_at = $3, looks = 0 \
        WHERE message_id = $1 AND attempt_id = $2 AND phase = 'unknown'";
    /// Whose a SID is. Indexes: messages_by_sid, attempts_again_by_sid.
    HOLDER_OF_SID = "SELECT id FROM messages WHERE sid = $1 UNION ALL \
        SELECT message_id FROM attempts WHERE sid = $1 AND sid IS NOT NULL AND number > 1";
}

// Consent and inbound messages.
statements! { CONSENT:
    ENSURE_PAIR = "INSERT INTO pairs (recipient, sender, opted_out) VALUES ($1, $2, 0) \
        ON CONFLICT (recipient, sender) DO NOTHING";
    LOCK_PAIR = "SELECT opted_out FROM pairs WHERE recipient = $1 AND sender = $2"
        postgres " FOR UPDATE";
    /// For a claim, which has other pairs to turn to.
    TRY_LOCK_PAIR = "SELECT opted_out FROM pairs WHERE recipient = $1 AND sender = $2"
        postgres " FOR UPDATE SKIP LOCKED";
    PAIR_IS_OPTED_OUT = "SELECT opted_out FROM pairs WHERE recipient = $1 AND sender = $2";
    /// Of which number of a service.
    OPTED_OUT_OF_SERVICE = "SELECT p.sender \
        FROM service_numbers n JOIN pairs p ON p.recipient = $1 AND p.sender = n.number \
        WHERE n.service = $2 AND p.opted_out = 1 LIMIT 1";
    /// What was said last counts, by its own date.
    SET_CONSENT = "UPDATE pairs SET opted_out = $3, changed_at = $4 \
        WHERE recipient = $1 AND sender = $2 AND (changed_at IS NULL OR changed_at <= $4)";
    APPEND_TO_LEDGER = "INSERT INTO consent_ledger (id, recipient, sender, action, source, \
        reason, keyword, matched, raw_text, message_sid, happened_at, recorded_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    /// Index: consent_ledger_by_pair.
    LEDGER_OF_RECIPIENT = "SELECT id, recipient, sender, action, source, reason, keyword, \
        matched, raw_text, message_sid, happened_at, recorded_at FROM consent_ledger \
        WHERE recipient = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
    /// Index: pairs_opted_out.
    LIST_OPT_OUTS = "SELECT recipient, sender, changed_at FROM pairs \
        WHERE opted_out = 1 AND (recipient, sender) > ($1, $2) \
        ORDER BY recipient, sender LIMIT $3";
    PAIR = "SELECT opted_out, changed_at FROM pairs WHERE recipient = $1 AND sender = $2";
    INBOUND_REPLY = "SELECT reply FROM inbound WHERE message_sid = $1";
    /// As an event that is posted to nobody, with the conversation that FORWARD would find then.
    INBOUND_AS_EVENT = "SELECT i.disposition, i.message_sid AS id, i.message_sid, i.recipient, \
            i.sender, i.service, i.raw_text, i.keyword, i.received_at, i.sent_at, \
            (SELECT page.conversation_id FROM ( \
                SELECT n.id, n.sender, n.conversation_id FROM messages n \
                WHERE n.recipient = i.recipient AND n.created_at <= i.received_at \
                ORDER BY n.id DESC LIMIT 100) page \
            WHERE (page.sender = i.sender OR page.sender = i.service) \
                AND page.conversation_id IS NOT NULL \
            ORDER BY page.id DESC LIMIT 1) AS conversation_id \
        FROM inbound i WHERE i.message_sid = $1";
    /// On PostgreSQL a second one waits here until the first has ended.
    RECORD_INBOUND = "INSERT INTO inbound (message_sid, recipient, sender, service, raw_text, \
        disposition, keyword, reply, trace, received_at, source, sent_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (message_sid) DO NOTHING";
    /// The numbers that something may be sent from, and how far each is known.
    INBOUND_CHECKS = "SELECT ours.sender, known.checked_till \
        FROM (SELECT sender FROM senders UNION SELECT sender FROM template_senders \
            UNION SELECT number FROM service_numbers) ours \
            LEFT JOIN inbound_checks known ON known.sender = ours.sender \
        WHERE ours.sender >= '+' AND ours.sender < ',' \
            AND (known.check_at IS NULL OR known.check_at <= $1) \
        ORDER BY ours.sender LIMIT $2";
    BEGIN_INBOUND_CHECK = "INSERT INTO inbound_checks (sender, checked_till, check_at) \
        VALUES ($1, $2, $3) ON CONFLICT (sender) DO UPDATE SET check_at = excluded.check_at";
    END_INBOUND_CHECK = "UPDATE inbound_checks SET check_at = $3, \
        checked_till = CASE WHEN checked_till < $2 THEN $2 ELSE checked_till END \
        WHERE sender = $1";
}

// Webhooks, and what is forwarded to them.
statements! { FORWARDS:
    LIST_WEBHOOKS = "SELECT * FROM webhooks ORDER BY sender LIMIT $1";
    WEBHOOK = "SELECT * FROM webhooks WHERE sender = $1";
    SET_WEBHOOK = "INSERT INTO webhooks (sender, url, keywords, secret, previous_secret, \
            previous_until, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7) \
        ON CONFLICT (sender) DO UPDATE SET url = excluded.url, keywords = excluded.keywords, \
            secret = excluded.secret, previous_secret = excluded.previous_secret, \
            previous_until = excluded.previous_until, updated_at = excluded.updated_at";
    RESEAL_WEBHOOK = "UPDATE webhooks SET secret = $3, previous_secret = $4 \
        WHERE sender = $1 AND secret = $2";
    REMOVE_WEBHOOK = "DELETE FROM webhooks WHERE sender = $1";
    /// The number's own, else the service's, else the default. Who removes it waits for what is
    /// being forwarded to it, and then sees that.
    WEBHOOK_FOR = "SELECT sender, keywords FROM webhooks \
        WHERE sender = $1 OR sender = $2 OR sender = 'default' \
        ORDER BY CASE WHEN sender = $1 THEN 0 WHEN sender = $2 THEN 1 ELSE 2 END LIMIT 1"
        postgres " FOR SHARE";
    /// With the conversation of what was sent last to the person from there, if that is among the
    /// newest to them. Index: messages_by_recipient.
    FORWARD = "INSERT INTO forwards (id, message_sid, webhook, conversation_id, state, due_at, \
            tried_since, created_at) \
        VALUES ($1, $2, $3, (SELECT page.conversation_id FROM ( \
                SELECT n.id, n.sender, n.conversation_id FROM messages n WHERE n.recipient = $4 \
                ORDER BY n.id DESC LIMIT 100) page \
            WHERE (page.sender = $5 OR page.sender = $6) AND page.conversation_id IS NOT NULL \
            ORDER BY page.id DESC LIMIT 1), \
        'queued', $7, $7, $7)";
    /// Each webhook that something waits for, with its earliest. Index: forwards_due.
    FORWARD_LANES = "SELECT w.sender, (SELECT f.due_at FROM forwards f \
            WHERE f.state = 'queued' AND f.webhook = w.sender ORDER BY f.due_at LIMIT 1) AS due_at \
        FROM webhooks w ORDER BY w.sender";
    /// The oldest of a webhook, each by one host. Index: forwards_due.
    FORWARDS_DUE = "SELECT f.id, f.tries, f.tried_before, f.tried_since, f.conversation_id, \
            i.message_sid, i.recipient, i.sender, i.service, i.raw_text, i.keyword, \
            i.received_at, i.sent_at, w.url, w.secret, w.previous_secret, w.previous_until \
        FROM forwards f JOIN inbound i ON i.message_sid = f.message_sid \
            JOIN webhooks w ON w.sender = f.webhook \
        WHERE f.state = 'queued' AND f.webhook = $1 AND f.due_at <= $2 \
        ORDER BY f.due_at, f.id LIMIT $3"
        postgres " FOR UPDATE OF f SKIP LOCKED";
    LEASE_FORWARD = "UPDATE forwards SET state = 'sending', lease_until = $2, tries = tries + 1 \
        WHERE id = $1 AND state = 'queued'";
    /// Index: forwards_leased.
    EXPIRED_FORWARDS = "UPDATE forwards SET state = 'queued', lease_until = NULL \
        WHERE state = 'sending' AND lease_until <= $1";
    /// By whoever holds it still.
    END_FORWARD = "UPDATE forwards \
        SET state = $3, due_at = coalesce($4, due_at), error = $5, ended_at = $6, \
            lease_until = NULL \
        WHERE id = $1 AND tries = $2 AND state = 'sending'";
    /// Index: forwards_due.
    END_FORWARDS_OF_WEBHOOK = "UPDATE forwards \
        SET state = 'dead', error = $2, ended_at = $3 WHERE state = 'queued' AND webhook = $1";
    /// Unless what it says has been taken out.
    FORWARD_AGAIN = "UPDATE forwards SET state = 'queued', due_at = $3, tried_since = $3, \
            tried_before = tries, webhook = $2, ended_at = NULL \
        WHERE id = $1 AND state IN ('delivered', 'dead') AND NOT EXISTS ( \
            SELECT 1 FROM inbound i WHERE i.message_sid = forwards.message_sid \
            AND i.redacted_at IS NOT NULL)";
    FORWARD_BY_ID = "SELECT f.*, i.recipient, i.sender, i.service, i.raw_text, i.keyword, \
            i.received_at, i.sent_at \
        FROM forwards f JOIN inbound i ON i.message_sid = f.message_sid WHERE f.id = $1";
    LIST_FORWARDS = "SELECT f.*, i.recipient, i.sender, i.service, i.raw_text, i.keyword, \
            i.received_at, i.sent_at \
        FROM forwards f JOIN inbound i ON i.message_sid = f.message_sid \
        WHERE f.id < $1 ORDER BY f.id DESC LIMIT $2";
    /// Index: forwards_by_state.
    LIST_FORWARDS_IN = "SELECT f.*, i.recipient, i.sender, i.service, i.raw_text, i.keyword, \
            i.received_at, i.sent_at \
        FROM forwards f JOIN inbound i ON i.message_sid = f.message_sid \
        WHERE f.state = $3 AND f.id < $1 ORDER BY f.id DESC LIMIT $2";
    /// How many wait, up to a limit. Index: forwards_by_state.
    FORWARDS_WAITING = "SELECT count(*) FROM (SELECT id FROM forwards \
        WHERE state IN ('queued', 'sending') LIMIT $1) page";
}

// Redaction.
statements! { REDACTION:
    SETTING = "SELECT value FROM settings WHERE name = $1";
    SET_SETTING = "INSERT INTO settings (name, value, updated_at) VALUES ($1, $2, $3) \
        ON CONFLICT (name) DO UPDATE SET value = excluded.value, \
            updated_at = excluded.updated_at";
    CONTENTS_BETWEEN = "SELECT message_id FROM contents \
        WHERE message_id > $1 AND message_id < $2 ORDER BY message_id LIMIT $3";
    MARK_FOR_REDACTION = "UPDATE contents SET redact_at = $2 \
        WHERE message_id = $1 AND redact_at IS NULL AND redacted_at IS NULL";
    /// Each by one host. Index: contents_to_redact.
    REDACTIONS_DUE = "SELECT c.message_id, m.state, m.created_at, m.updated_at, \
            (SELECT count(*) FROM outbox o WHERE o.message_id = c.message_id) AS waiting \
        FROM contents c JOIN messages m ON m.id = c.message_id \
        WHERE c.redact_at IS NOT NULL AND c.redacted_at IS NULL AND c.redact_at <= $1 \
        ORDER BY c.redact_at LIMIT $2"
        postgres " FOR UPDATE OF c SKIP LOCKED";
    LOOK_AT_REDACTION = "UPDATE contents SET redact_at = $2 WHERE message_id = $1";
    /// Its hash stays.
    REDACT = "UPDATE contents SET body = '', segments = '{}', token_values = 'null', \
            redacted_at = $2 WHERE message_id = $1";
    /// Index: idempotency_by_message.
    ANSWER_OF_MESSAGE = "SELECT response FROM idempotency WHERE message_id = $1";
    /// Index: idempotency_by_message.
    REDACT_ANSWER = "UPDATE idempotency SET response = $2 WHERE message_id = $1";
    /// Indexes: inbound_whole, forwards_by_message.
    REDACT_INBOUND = "UPDATE inbound SET raw_text = '', trace = '[]', redacted_at = $2 \
        WHERE message_sid IN (SELECT i.message_sid FROM inbound i \
            WHERE i.redacted_at IS NULL AND i.received_at <= $1 AND NOT EXISTS ( \
                SELECT 1 FROM forwards f WHERE f.message_sid = i.message_sid \
                AND f.state IN ('queued', 'sending')) \
            ORDER BY i.received_at LIMIT $3)";
}

// Keys, sessions and the account.
statements! { ACCESS:
    ACCOUNT = "SELECT sid, label, token, previous_token, verified_at, created_at FROM accounts \
        ORDER BY created_at DESC LIMIT 1";
    SET_ACCOUNT = "INSERT INTO accounts \
        (sid, label, token, previous_token, verified_at, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (sid) DO UPDATE SET label = excluded.label, \
            token = excluded.token, previous_token = excluded.previous_token, \
            verified_at = excluded.verified_at";
    REMOVE_ACCOUNT = "DELETE FROM accounts";
    INSERT_API_KEY = "INSERT INTO api_keys \
        (id, label, hash, created_at, requests_per_second, burst) \
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (hash) DO NOTHING";
    API_KEY_HASH = "SELECT hash, hash AS who, requests_per_second, burst FROM api_keys \
        WHERE hash = $1 AND revoked_at IS NULL";
    /// All keys there ever were; an operator made each.
    LIST_API_KEYS = "SELECT id, label, created_at, revoked_at, \
        requests_per_second, burst FROM api_keys ORDER BY id";
    API_KEY_LABEL = "SELECT label FROM api_keys WHERE id = $1";
    REVOKE_API_KEY = "UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    ANY_API_KEY = "SELECT id FROM api_keys WHERE revoked_at IS NULL LIMIT 1";
    INSERT_SESSION = "INSERT INTO sessions (hash, kind, key_hash, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5)";
    /// A revoked key takes the sessions along that it has opened.
    SESSION_HASH = "SELECT s.hash, coalesce(s.key_hash, s.hash) AS who, k.requests_per_second, \
            k.burst \
        FROM sessions s LEFT JOIN api_keys k ON k.hash = s.key_hash \
        WHERE s.hash = $1 AND s.kind = 'session' AND s.expires_at > $2 \
            AND k.revoked_at IS NULL";
    /// A link opens one session: whoever deletes its row has used it.
    USE_LINK = "DELETE FROM sessions WHERE hash = $1 AND kind = 'link' AND expires_at > $2";
    END_SESSION = "DELETE FROM sessions WHERE hash = $1";
    FORGET_EXPIRED_SESSIONS = "DELETE FROM sessions WHERE expires_at <= $1";
}

/// The clock by which hosts on one PostgreSQL agree, in microseconds.
pub(super) const POSTGRES_CLOCK: &str =
    "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
