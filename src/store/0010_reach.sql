-- A list of several pages that was not read as far as it should have been.

ALTER TABLE source ADD COLUMN unread_since INTEGER;   -- the last success before that, 0 if there was none; NULL: all of it was read
