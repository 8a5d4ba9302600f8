-- What most polls read and write, in fewer and shorter rows.

-- The index of alike items has one row for each key of a week, with the items in a row of numbers: a key that many items
-- have is then one row to read, not many. What was in it is entered anew by and by, the newest first.
DROP TABLE sketch;
CREATE TABLE sketch (
    week  INTEGER NOT NULL,
    key   INTEGER NOT NULL,
    items BLOB NOT NULL,          -- their numbers, of eight bytes each, the first one first
    PRIMARY KEY (week, key)
) STRICT, WITHOUT ROWID;
DELETE FROM meta WHERE name = 'indexed from';

-- The items that a source's list had last, by which it is found again: long, and of no use to an answer without news.
CREATE TABLE roll (
    source INTEGER PRIMARY KEY REFERENCES source,
    items  TEXT NOT NULL          -- JSON
) STRICT;
INSERT INTO roll (source, items) SELECT number, roll FROM source WHERE roll IS NOT NULL;
ALTER TABLE source DROP COLUMN roll;
