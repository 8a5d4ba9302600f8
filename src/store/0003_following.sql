-- What the articles of items said, each asked for once, and the items that wait for theirs.

CREATE TABLE article (
    number    INTEGER PRIMARY KEY,
    key       BLOB NOT NULL UNIQUE,          -- of the address that a source listed
    tries     INTEGER NOT NULL,
    asked     INTEGER,                       -- since when it is being asked for; NULL: it is not
    settled   INTEGER,                       -- when it was read or given up, for ever; NULL: it is asked for again
    trouble   TEXT,                          -- why it gave nothing
    canonical BLOB,                          -- of the address that it gives itself
    said      TEXT,                          -- JSON: the item as the article tells it; NULL: it tells none
    seen      INTEGER NOT NULL               -- when it was last of use
) STRICT;
CREATE INDEX article_canonical ON article (canonical) WHERE canonical IS NOT NULL;

-- For ever: the items of a source that are what their articles make of them.
CREATE TABLE followed (
    source     INTEGER NOT NULL REFERENCES source,
    key        BLOB NOT NULL,                -- of the article's address, as listed
    first_seen INTEGER NOT NULL,
    item       TEXT,                         -- JSON: an item that still waits for its article, as it was listed
    PRIMARY KEY (source, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX followed_waiting ON followed (source, first_seen) WHERE item IS NOT NULL;

ALTER TABLE item ADD COLUMN alternates TEXT NOT NULL DEFAULT '[]';   -- JSON list: where it stands in other languages
