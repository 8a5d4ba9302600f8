-- What would have to be looked for among all rows, found by an index.

-- The articles that are being asked for.
CREATE INDEX article_asked ON article (asked) WHERE asked IS NOT NULL;

ALTER TABLE article ADD COLUMN bare INTEGER;   -- its text was forgotten; what it is known by was not
CREATE INDEX article_whole ON article (seen) WHERE said IS NOT NULL AND bare IS NULL;

-- The items that share a page, each with its own place on it.
CREATE INDEX item_anchored ON item (number) WHERE instr(url, '#:~:text=') > 0;

-- As it was, but without looking at all the pages of all archives.
DROP TRIGGER kept_withdrawn;
CREATE TRIGGER kept_withdrawn AFTER DELETE ON kept BEGIN
    UPDATE archive SET changed = changed + 1
    WHERE (feed, page) IN (SELECT ledger.feed, ledger.page FROM feed CROSS JOIN ledger
                           ON ledger.feed = feed.id AND ledger.entry = OLD.entry WHERE ledger.page IS NOT NULL);
END;
