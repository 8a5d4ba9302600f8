-- The index of alike items with one row for each key of a week, which has the items in a row of numbers: a key that many
-- items have is then one row to read, not many. What was in it is entered anew by and by, the newest first.

DROP TABLE sketch;
CREATE TABLE sketch (
    week  INTEGER NOT NULL,
    key   INTEGER NOT NULL,
    items BLOB NOT NULL,          -- their numbers, of eight bytes each, the first one first
    PRIMARY KEY (week, key)
) STRICT, WITHOUT ROWID;
DELETE FROM meta WHERE name = 'indexed from';
