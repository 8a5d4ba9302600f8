-- Whether anything has changed since all feeds were published, so that nothing need be rendered to find that out.

CREATE TABLE published (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    changed INTEGER NOT NULL,     -- grows with every change of anything that a feed shows
    written INTEGER,              -- what `changed` was when all of it was in the files
    look    BLOB,                 -- the digest of what else they were written from, and of how they were left
    entries TEXT                  -- JSON: how many entries each feed showed
) STRICT;
INSERT INTO published (one, changed) VALUES (1, 0);

CREATE TRIGGER ledger_gained AFTER INSERT ON ledger BEGIN UPDATE published SET changed = changed + 1; END;
CREATE TRIGGER ledger_changed AFTER UPDATE OF hidden, page, story, first_published ON ledger BEGIN UPDATE published SET changed = changed + 1; END;
CREATE TRIGGER ledger_lost AFTER DELETE ON ledger BEGIN UPDATE published SET changed = changed + 1; END;
CREATE TRIGGER story_changed AFTER UPDATE ON story BEGIN UPDATE published SET changed = changed + 1; END;
CREATE TRIGGER story_lost AFTER DELETE ON story BEGIN UPDATE published SET changed = changed + 1; END;
CREATE TRIGGER item_changed AFTER UPDATE OF story, url, title, summary, html, image, authors, categories, enclosures, rights ON item
WHEN OLD.story IS NOT NULL OR NEW.story IS NOT NULL BEGIN UPDATE published SET changed = changed + 1; END;
CREATE TRIGGER item_gained AFTER INSERT ON item WHEN NEW.story IS NOT NULL BEGIN UPDATE published SET changed = changed + 1; END;
CREATE TRIGGER item_lost AFTER DELETE ON item WHEN OLD.story IS NOT NULL BEGIN UPDATE published SET changed = changed + 1; END;
CREATE TRIGGER translation_gained AFTER INSERT ON translation BEGIN UPDATE published SET changed = changed + 1; END;
CREATE TRIGGER translation_changed AFTER UPDATE ON translation BEGIN UPDATE published SET changed = changed + 1; END;
CREATE TRIGGER translation_lost AFTER DELETE ON translation BEGIN UPDATE published SET changed = changed + 1; END;
CREATE TRIGGER archive_changed AFTER UPDATE OF changed ON archive BEGIN UPDATE published SET changed = changed + 1; END;
CREATE TRIGGER source_shown AFTER UPDATE OF title, url, priority ON source
WHEN (OLD.title, OLD.url, OLD.priority) IS NOT (NEW.title, NEW.url, NEW.priority) BEGIN UPDATE published SET changed = changed + 1; END;
