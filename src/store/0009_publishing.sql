-- Archives of feeds (RFC 5005 §4), and what a hub is to be told of (WebSub).

-- The archive page that an entry is on for ever, from 1; NULL: the current feed alone has it.
ALTER TABLE ledger ADD COLUMN page INTEGER;
CREATE INDEX ledger_page ON ledger (feed, page, first_published);

ALTER TABLE feed ADD COLUMN look BLOB;       -- the digest of what else its archive was written from

CREATE TABLE archive (
    feed    TEXT NOT NULL REFERENCES feed,
    page    INTEGER NOT NULL,
    changed INTEGER NOT NULL DEFAULT 1,      -- grows with every change of anything on the page
    written INTEGER NOT NULL DEFAULT 0,      -- what `changed` was when its files were written last
    PRIMARY KEY (feed, page)
) STRICT, WITHOUT ROWID;
CREATE INDEX archive_stale ON archive (feed, page) WHERE changed <> written;

-- For ever: published stories whose items were dropped, as far as their archive pages show them.
CREATE TABLE kept (
    entry BLOB PRIMARY KEY,
    story TEXT NOT NULL                      -- JSON
) STRICT, WITHOUT ROWID;

-- A page is to be written again when a story on it changes or is withdrawn, whoever does that.
CREATE TRIGGER story_revised AFTER UPDATE OF revision ON story BEGIN
    UPDATE archive SET changed = changed + 1
    WHERE (feed, page) IN (SELECT feed, page FROM ledger WHERE story = NEW.number AND page IS NOT NULL);
END;
CREATE TRIGGER story_withdrawn BEFORE DELETE ON story
WHEN NOT EXISTS (SELECT 1 FROM kept WHERE entry = OLD.entry) BEGIN
    UPDATE archive SET changed = changed + 1
    WHERE (feed, page) IN (SELECT feed, page FROM ledger WHERE story = OLD.number AND page IS NOT NULL);
END;
CREATE TRIGGER kept_withdrawn AFTER DELETE ON kept BEGIN
    UPDATE archive SET changed = changed + 1
    WHERE EXISTS (SELECT 1 FROM ledger WHERE ledger.feed = archive.feed AND ledger.entry = OLD.entry AND ledger.page = archive.page);
END;
CREATE TRIGGER source_renamed AFTER UPDATE OF title, url, priority ON source
WHEN (OLD.title, OLD.url, OLD.priority) IS NOT (NEW.title, NEW.url, NEW.priority) BEGIN
    UPDATE archive SET changed = changed + 1
    WHERE (feed, page) IN (SELECT ledger.feed, ledger.page FROM item JOIN ledger ON ledger.story = item.story
                           WHERE item.source = NEW.number AND ledger.page IS NOT NULL);
END;

-- The hub is told of a document's newest text, as often as it takes.
CREATE TABLE hub_topic (
    topic TEXT PRIMARY KEY,                  -- the address of a published feed
    hub   TEXT NOT NULL,
    told  BLOB,                              -- the digest of the text that the hub knows of
    owed  BLOB,                              -- of the text that it is to be told of; NULL: of none
    tries INTEGER NOT NULL DEFAULT 0,        -- in vain, in a row
    due   INTEGER NOT NULL DEFAULT 0         -- when the next try may be
) STRICT, WITHOUT ROWID;
CREATE INDEX hub_owed ON hub_topic (due) WHERE owed IS NOT NULL;

ALTER TABLE source ADD COLUMN whole INTEGER NOT NULL DEFAULT 0;   -- its entries carry the full text
