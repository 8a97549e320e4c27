-- Which message a new one was made of, because that one was not delivered. One at most: Twilio may
-- say `failed` and then `undelivered` of the same message.
CREATE UNIQUE INDEX messages_by_resend_of ON messages (resend_of) WHERE resend_of IS NOT NULL;

DROP VIEW whole_messages;
CREATE VIEW whole_messages AS
SELECT m.id, m.state, m.reason, m.error_code, m.recipient, m.sender, m.environment, m.template,
    m.template_version, m.language, m.conversation_id, m.module, m.sid, m.predicted_segments,
    m.billed_segments, m.price, m.price_unit, m.resend_of, m.created_at, m.updated_at, c.body,
    c.segments, c.redacted_at
FROM messages m JOIN contents c ON c.message_id = m.id;
