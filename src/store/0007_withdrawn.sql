-- What was withdrawn, what its source has removed, and where an item came from.

-- For ever: the ids of entries and the keys of addresses that were withdrawn. Nothing can be read from them.
CREATE TABLE withdrawn (
    key BLOB PRIMARY KEY,
    at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE item ADD COLUMN kind TEXT;         -- what the document was read as that listed it first
ALTER TABLE item ADD COLUMN page TEXT;         -- and where that document was
ALTER TABLE item ADD COLUMN gone INTEGER;      -- since when its source has it no more
ALTER TABLE item ADD COLUMN gone_from TEXT;    -- 'feed': it lists older ones, and not this one; 'site': there is no such article
CREATE INDEX item_gone ON item (source, gone) WHERE gone IS NOT NULL;

ALTER TABLE article ADD COLUMN gone INTEGER;   -- since when there is none (404, 410)

ALTER TABLE request ADD COLUMN withdraw TEXT;  -- JSON: what is to be withdrawn, until it is done
ALTER TABLE request ADD COLUMN answer TEXT;    -- JSON: what came of it
