-- What the guids and links of a source are worth, what is held back, and what items said before.

ALTER TABLE source ADD COLUMN policy TEXT;   -- JSON: what its guids and links have done; NULL: nothing that speaks against them

ALTER TABLE item ADD COLUMN said_key BLOB;   -- of its title and text, by which it is known where it moves
ALTER TABLE item ADD COLUMN meaning  BLOB;   -- the digest of what an edit would change; NULL: not known yet

-- New items that were too many at once: they have no story until they are released.
CREATE TABLE held (
    item   INTEGER PRIMARY KEY REFERENCES item ON DELETE CASCADE,
    source INTEGER NOT NULL REFERENCES source,
    entry  BLOB NOT NULL,                        -- the id of the entry that it is to be
    zone   TEXT NOT NULL,                        -- of its date
    since  INTEGER NOT NULL,                     -- those of one answer go together
    seen   INTEGER NOT NULL DEFAULT 0,           -- later answers that listed it
    listed INTEGER NOT NULL DEFAULT 1,           -- the last answer did
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX held_source ON held (source, since);

-- What an item said before an edit that matters: its first words, and the newest of the others.
CREATE TABLE revision (
    item       INTEGER NOT NULL REFERENCES item ON DELETE CASCADE,
    number     INTEGER NOT NULL,                 -- 1 is what it said at first
    until      INTEGER NOT NULL,                 -- when it was found to say something else
    title      TEXT NOT NULL,
    summary    TEXT NOT NULL,
    text       TEXT NOT NULL,                    -- of its content, without markup
    enclosures TEXT NOT NULL,                    -- JSON list
    PRIMARY KEY (item, number)
) STRICT;

ALTER TABLE request ADD COLUMN release INTEGER NOT NULL DEFAULT 0;   -- not to poll, but to let out what is held

-- Whoever writes: no feed gets what has an address of another story, nor what was dropped and comes back. That it gets
-- no entry and no address a second time is in the keys of the ledger.
CREATE TRIGGER ledger_has_no_address_of_another BEFORE INSERT ON ledger
WHEN EXISTS (SELECT 1 FROM address WHERE key = NEW.address AND story IS NOT NEW.story)
BEGIN
    SELECT RAISE(IGNORE);
END;
CREATE TRIGGER ledger_has_nothing_forgotten BEFORE INSERT ON ledger
WHEN EXISTS (
    SELECT 1 FROM item JOIN identity ON identity.source = item.source AND identity.key IN (item.guid_key, item.url_key)
    WHERE item.story = NEW.story AND identity.item IS NULL)
BEGIN
    SELECT RAISE(IGNORE);
END;
