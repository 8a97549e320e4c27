-- A SID belongs to an attempt also when its message has got another one: possible only after a
-- message was sent again, so this index holds nearly nothing.
CREATE INDEX attempts_again_by_sid ON attempts (sid) WHERE number > 1 AND sid IS NOT NULL;
