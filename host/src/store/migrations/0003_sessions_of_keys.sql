-- The hash of the API key by which a session was opened, so that a revoked key takes it along.
ALTER TABLE sessions ADD COLUMN key_hash TEXT;
