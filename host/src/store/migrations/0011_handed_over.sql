-- A line of a conversation's log is of a message, or of the handoff that an action gave.
CREATE TABLE conversation_lines (
    conversation_id TEXT   NOT NULL,
    id              TEXT   NOT NULL,
    message_id      TEXT,
    event           TEXT   NOT NULL,
    action          TEXT,
    handoff         TEXT,
    logged_at       BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, id)
) /* CLUSTERED */;
INSERT INTO conversation_lines (conversation_id, id, message_id, event, logged_at)
SELECT conversation_id, id, message_id, event, logged_at FROM conversation_log;
DROP TABLE conversation_log;
ALTER TABLE conversation_lines RENAME TO conversation_log;
