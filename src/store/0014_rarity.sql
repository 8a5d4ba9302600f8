-- The index of alike items leads to stories: what many tell is one story all the same, so that a word is as common as the
-- stories are that have it. What was in it is entered anew by and by, the newest first.
DROP TABLE sketch;
CREATE TABLE sketch (
    week    INTEGER NOT NULL,
    key     INTEGER NOT NULL,     -- below 128: a language
    stories BLOB NOT NULL,        -- of the first ones, eight bytes each: the language, and seven of the number
    more    INTEGER NOT NULL,     -- how many others have it: one in sixteen is counted; of a language, all
    PRIMARY KEY (week, key)
) STRICT, WITHOUT ROWID;
DELETE FROM meta WHERE name = 'indexed from';

ALTER TABLE source ADD COLUMN coded BLOB;    -- the digest of the last body as it came, still coded
