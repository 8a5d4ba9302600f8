-- What is remembered for ever is kept small: `identity`, `address` and `ledger` hold 16-byte keys.
-- Times are seconds since 1970 in UTC.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE source (
    number        INTEGER PRIMARY KEY,
    id            TEXT NOT NULL UNIQUE,
    title         TEXT NOT NULL,
    url           TEXT NOT NULL,
    tags          TEXT NOT NULL,             -- JSON list
    priority      INTEGER NOT NULL,
    rules         BLOB NOT NULL,             -- the digest of the rules that the following were read under
    kind          TEXT,                      -- what it is read as
    feed_url      TEXT,                      -- the announced feed that is read instead of the page
    etag          TEXT,
    last_modified TEXT,
    body          BLOB,                      -- the digest of the last body
    whole_at      INTEGER,                   -- the last unconditional answer
    first_success INTEGER,
    last_attempt  INTEGER,
    last_success  INTEGER,
    last_new      INTEGER,
    failures      INTEGER NOT NULL DEFAULT 0,
    error         TEXT,
    next_run      INTEGER,
    listed        INTEGER,                   -- items in the last answer
    rates         TEXT,                      -- JSON: how many of them had each field
    warnings      TEXT                       -- JSON list
) STRICT;

CREATE TABLE host (
    name  TEXT PRIMARY KEY,
    until INTEGER NOT NULL                   -- asked us to wait (Retry-After)
) STRICT, WITHOUT ROWID;

CREATE TABLE story (
    number    INTEGER PRIMARY KEY,
    entry     BLOB NOT NULL UNIQUE,          -- the permanent id
    language  TEXT NOT NULL,
    published INTEGER NOT NULL,              -- never moves
    zone      TEXT NOT NULL,
    precision TEXT NOT NULL,
    opened    INTEGER NOT NULL,              -- first publication
    updated   INTEGER NOT NULL,
    revision  INTEGER NOT NULL,              -- grows with every change of any story
    revised   INTEGER NOT NULL
) STRICT;
CREATE INDEX story_revision ON story (revision);

CREATE TABLE item (
    number      INTEGER PRIMARY KEY,
    source      INTEGER NOT NULL REFERENCES source,
    story       INTEGER REFERENCES story ON DELETE SET NULL,   -- NULL: seen, not published
    guid_key    BLOB,
    url_key     BLOB,
    anchor_key  BLOB,
    title_key   BLOB,
    address     BLOB,
    content     BLOB NOT NULL,
    guid        TEXT,
    url         TEXT,
    title       TEXT NOT NULL,
    summary     TEXT NOT NULL,
    html        TEXT NOT NULL,
    image       TEXT,
    authors     TEXT NOT NULL,
    categories  TEXT NOT NULL,
    enclosures  TEXT NOT NULL,
    language    TEXT NOT NULL,
    rights      TEXT,
    published   INTEGER NOT NULL,
    precision   TEXT NOT NULL,
    place       TEXT NOT NULL,               -- where the date stood
    date_text   TEXT NOT NULL,
    updated     INTEGER,
    first_seen  INTEGER NOT NULL,
    last_seen   INTEGER NOT NULL
) STRICT;
CREATE INDEX item_story ON item (story);
CREATE INDEX item_source ON item (source, last_seen);

-- For ever: a key whose item is gone is a tombstone.
CREATE TABLE identity (
    source INTEGER NOT NULL REFERENCES source,
    key    BLOB NOT NULL,
    item   INTEGER REFERENCES item ON DELETE SET NULL,
    PRIMARY KEY (source, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX identity_item ON identity (item);

-- For ever: to which story a canonical address belongs; one whose story is gone is a tombstone.
CREATE TABLE address (
    key   BLOB PRIMARY KEY,
    story INTEGER REFERENCES story ON DELETE SET NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX address_story ON address (story);

CREATE TABLE feed (
    id         TEXT PRIMARY KEY,
    definition BLOB NOT NULL,
    reviewed   INTEGER NOT NULL              -- stories up to this revision were judged
) STRICT, WITHOUT ROWID;

-- For ever: every entry that a feed has had.
CREATE TABLE ledger (
    feed            TEXT NOT NULL REFERENCES feed,
    entry           BLOB NOT NULL,
    address         BLOB,
    story           INTEGER REFERENCES story ON DELETE SET NULL,
    first_published INTEGER NOT NULL,
    hidden          INTEGER NOT NULL DEFAULT 0,   -- the feed's filter changed since
    PRIMARY KEY (feed, entry)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX ledger_address ON ledger (feed, address) WHERE address IS NOT NULL;
CREATE INDEX ledger_newest ON ledger (feed, first_published DESC);
CREATE INDEX ledger_story ON ledger (story);

CREATE TABLE request (
    number  INTEGER PRIMARY KEY,
    source  TEXT,                             -- NULL: all of them
    asked   INTEGER NOT NULL,
    taken   INTEGER,
    done    INTEGER
) STRICT;
