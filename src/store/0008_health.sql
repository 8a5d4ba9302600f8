-- How the sources fare: answers that are not believed, silence, and what the operator is told of.

ALTER TABLE source ADD COLUMN picture       TEXT;      -- JSON: how its last good answer looked; NULL: the next one is taken as it is
ALTER TABLE source ADD COLUMN doubted       TEXT;      -- JSON: the answers in a row that were not believed
ALTER TABLE source ADD COLUMN failing_since INTEGER;   -- the first of the failures in a row
ALTER TABLE source ADD COLUMN silent_from   INTEGER;   -- without news until then it is silent far beyond its rhythm
ALTER TABLE source ADD COLUMN news_days     REAL;      -- on how many days of a week it has had news
ALTER TABLE source ADD COLUMN roll          TEXT;      -- JSON: the items that its list had last, by which it is found again
ALTER TABLE source ADD COLUMN repair        TEXT;      -- JSON: the rules that mend its list, or would

-- What the operator is told of, the latest only: a row for each trouble of a source, however long it lasts.
CREATE TABLE incident (
    number  INTEGER PRIMARY KEY,
    source  INTEGER NOT NULL REFERENCES source,
    what    TEXT NOT NULL,
    began   INTEGER NOT NULL,
    again   INTEGER NOT NULL,                -- the last time that it came back
    times   INTEGER NOT NULL DEFAULT 1,      -- how often it came
    reason  TEXT NOT NULL,
    ended   INTEGER,                         -- NULL: it lasts
    outcome TEXT                             -- how it ended; NULL: it passed into another one, or is nothing that ends
) STRICT;
CREATE INDEX incident_source ON incident (source, what, number);
