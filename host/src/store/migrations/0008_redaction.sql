-- What a message said may be taken out of it. The answer that its request got holds it as well, and
-- is found by the message.
CREATE INDEX idempotency_by_message ON idempotency (message_id);

-- What a person wrote, too.
ALTER TABLE inbound ADD COLUMN redacted_at BIGINT;
CREATE INDEX inbound_whole ON inbound (received_at) WHERE redacted_at IS NULL;

DROP VIEW whole_messages;
CREATE VIEW whole_messages AS
SELECT m.id, m.state, m.reason, m.error_code, m.recipient, m.sender, m.environment, m.template,
    m.template_version, m.language, m.conversation_id, m.module, m.sid, m.predicted_segments,
    m.billed_segments, m.price, m.price_unit, m.created_at, m.updated_at, c.body, c.segments,
    c.redacted_at
FROM messages m JOIN contents c ON c.message_id = m.id;
