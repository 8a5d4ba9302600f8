-- Under which keys an item is found when another telling of its story comes, by the week of its publication. A row may
-- outlive its item: what is found is judged by what it says.
CREATE TABLE sketch (
    week INTEGER NOT NULL,
    key  INTEGER NOT NULL,
    item INTEGER NOT NULL,
    PRIMARY KEY (week, key, item)
) STRICT, WITHOUT ROWID;

-- Two stories that are one in two languages; each pair stands here both ways, each story has one sister a language.
CREATE TABLE translation (
    story    INTEGER NOT NULL REFERENCES story ON DELETE CASCADE,
    language TEXT NOT NULL,                  -- of the sister
    sister   INTEGER NOT NULL REFERENCES story ON DELETE CASCADE,
    evidence INTEGER NOT NULL,
    why      TEXT NOT NULL,
    PRIMARY KEY (story, language)
) STRICT, WITHOUT ROWID;
CREATE INDEX translation_sister ON translation (sister);

ALTER TABLE item ADD COLUMN joined TEXT;     -- why it tells the story of another source; NULL: it opened its own
