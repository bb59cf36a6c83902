-- Time is what the script says it is: sessions end a day after they began.

SET clock = '2026-01-31 12:00:00';
INSERT INTO sessions VALUE {'token': 'abc', 'expires': 1769947200};
-- affected: 1

ADVANCE CLOCK '23 hours';
SELECT VALUE token FROM sessions;
-- 'abc'

ADVANCE CLOCK '25 hours';
SELECT VALUE token FROM sessions;
-- rows: 0
