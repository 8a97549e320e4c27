-- A message that has arrived is asked for until Twilio has set its price. These questions wait in a
-- line of their own, so that however many there are, what has no final state yet is asked for first.
DROP INDEX messages_to_poll;
CREATE INDEX messages_to_poll ON messages (poll_at)
    WHERE poll_at IS NOT NULL AND state IN ('accepted', 'sent');
CREATE INDEX messages_to_bill ON messages (poll_at)
    WHERE poll_at IS NOT NULL AND state IN ('delivered', 'undelivered');

DROP VIEW whole_messages;
CREATE VIEW whole_messages AS
SELECT m.id, m.state, m.reason, m.error_code, m.recipient, m.sender, m.environment, m.template,
    m.template_version, m.language, m.conversation_id, m.module, m.sid, m.predicted_segments,
    m.billed_segments, m.price, m.price_unit, m.created_at, m.updated_at, c.body, c.segments
FROM messages m JOIN contents c ON c.message_id = m.id;
