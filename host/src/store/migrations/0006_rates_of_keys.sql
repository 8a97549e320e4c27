-- How often a key may ask: requests a second, 0 for any number, and how many at once. Without them
-- the host's default counts.
ALTER TABLE api_keys ADD COLUMN requests_per_second BIGINT;
ALTER TABLE api_keys ADD COLUMN burst BIGINT;
