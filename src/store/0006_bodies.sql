-- What sources answered, so that other rules can be tried on it, and the rules that wait to be accepted.

CREATE TABLE answer (
    number    INTEGER PRIMARY KEY,
    source    INTEGER NOT NULL REFERENCES source,
    at        INTEGER NOT NULL,          -- when it was recorded: the first sighting of what was new in it
    size      INTEGER NOT NULL,          -- of `bodies`
    address   BLOB NOT NULL,             -- of the address that was configured then
    announced INTEGER NOT NULL,          -- it is the feed that the page at that address announces
    since     INTEGER,                   -- when the source had last given anything before; NULL: never
    kind      TEXT,                      -- what it was read as; NULL: it could not be read
    listed    BLOB NOT NULL,             -- the first identity keys of its items, 16 bytes each
    digest    BLOB NOT NULL,             -- of all bodies
    pages     TEXT NOT NULL,             -- JSON list: what was asked, what answered, how long its body is
    bodies    BLOB NOT NULL              -- zstd: one after the other
) STRICT;
CREATE INDEX answer_source ON answer (source, at, size);

ALTER TABLE source ADD COLUMN held     TEXT;   -- why its changed rules are not in use
ALTER TABLE source ADD COLUMN accepted BLOB;   -- the digest of rules that may be used whatever they change

ALTER TABLE request ADD COLUMN replay INTEGER; -- read the answers since then again; NULL: poll
ALTER TABLE request ADD COLUMN rules  BLOB;    -- under these rules
ALTER TABLE request ADD COLUMN refused TEXT;   -- why nothing came of it, for people
