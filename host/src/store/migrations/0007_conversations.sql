-- Every conversation has its row, so that a list has them all: those too that were only named by
-- messages.
INSERT INTO conversations (id, metadata, created_at, updated_at)
SELECT conversation_id, '{}', min(created_at), max(created_at)
FROM messages WHERE conversation_id IS NOT NULL GROUP BY conversation_id;
