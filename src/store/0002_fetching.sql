-- What a source's server says about when and where to ask.

ALTER TABLE source ADD COLUMN pace        TEXT;                        -- JSON: how often the feed itself wants to be asked
ALTER TABLE source ADD COLUMN fresh_until INTEGER;                     -- so long the last answer is good, as HTTP has it
ALTER TABLE source ADD COLUMN address     TEXT;                        -- adopted after a permanent redirect that held
ALTER TABLE source ADD COLUMN moving_to   TEXT;                        -- where a permanent redirect leads
ALTER TABLE source ADD COLUMN moving_since INTEGER;                    -- its first sighting
ALTER TABLE source ADD COLUMN moving_seen INTEGER NOT NULL DEFAULT 0;  -- its sightings in a row
ALTER TABLE source ADD COLUMN gone_since  INTEGER;                     -- the first 410 in a row
ALTER TABLE source ADD COLUMN gone_seen   INTEGER NOT NULL DEFAULT 0;  -- and how many there were
ALTER TABLE source ADD COLUMN partial     INTEGER NOT NULL DEFAULT 0;  -- the last answer was cut off
ALTER TABLE source ADD COLUMN empty_seen  INTEGER NOT NULL DEFAULT 0;  -- answers in a row that list nothing, though it had news
