-- What expires: numbers of epoch seconds, in any spelling, in the past but not more than five years.
SET clock = '2026-01-31 12:00:00';
CREATE TABLE due (id STRING, PRIMARY KEY (id)) WITH (stream = 'both images');

-- The clock says 1769860800. What is there when the attribute is chosen counts as well.
INSERT INTO due <<
  {'id': 'past', 'ends': 1769860799},
  {'id': 'exponent', 'ends': 1.7698607E9},
  {'id': 'fraction', 'ends': 1769860798.75},
  {'id': 'now', 'ends': 1769860800},
  {'id': 'milliseconds', 'ends': 1769860799000},
  {'id': 'zero', 'ends': 0},
  {'id': 'negative', 'ends': -1},
  {'id': 'nearly five years', 'ends': 1612180801},
  {'id': 'five years', 'ends': 1612180799},
  {'id': 'text', 'ends': '1769860799'},
  {'id': 'nested', 'm': {'ends': 1769860799}},
  {'id': 'set', 'ends': <<1769860799>>},
  {'id': 'other', 'ENDS': 1769860799} >>;
-- affected: 13

ALTER TABLE due SET TTL (ends);
ADVANCE CLOCK '0 seconds';
SELECT VALUE id FROM due;
-- 'five years'
-- 'milliseconds'
-- 'negative'
-- 'nested'
-- 'now'
-- 'other'
-- 'set'
-- 'text'
-- 'zero'

-- Whose time is put off stays; whose time has come goes.
UPDATE due SET ends = 1769864400 WHERE id = 'now';
UPDATE due SET ends = 1769860801 WHERE id = 'text';
UPDATE due REMOVE ENDS WHERE id = 'other';
ADVANCE CLOCK '2 seconds';
SELECT VALUE id FROM due WHERE id IN ['now', 'text', 'other'];
-- 'now'
-- 'other'

-- The removal is the service's, with the item as it was.
SELECT r.eventName, r.OldImage, r.NewImage IS MISSING AS gone, r.userIdentity FROM changes('due') AS r
  WHERE r.Keys.id = 'text' AND r.eventName = 'REMOVE';
-- {'eventName': 'REMOVE', 'OldImage': {'id': 'text', 'ends': 1769860801}, 'gone': true, 'userIdentity': {'Type': 'Service', 'PrincipalId': 'dynamodb.amazonaws.com'}}

-- The attribute may be a key, of the table or of an index.
CREATE TABLE slots (room STRING, ends NUMBER, PRIMARY KEY (room, ends), GLOBAL INDEX by_time (ends)) WITH (ttl = 'ends');
INSERT INTO slots << {'room': 'r', 'ends': 1769860000}, {'room': 'r', 'ends': 1769870000} >>;
ADVANCE CLOCK '1 second';
SELECT VALUE ends FROM slots WHERE room = 'r';
-- 1769870000

SELECT VALUE room FROM slots.by_time WHERE ends = 1769860000;
-- rows: 0

-- Another attribute: another queue.
ALTER TABLE due SET TTL DISABLED;
UPDATE due SET ends = 1, till = 1769860000 WHERE id = 'now';
ADVANCE CLOCK '1 day';
SELECT VALUE id FROM due WHERE id = 'now';
-- 'now'

ALTER TABLE due SET TTL (till);
ADVANCE CLOCK '1 second';
SELECT VALUE id FROM due WHERE id = 'now';
-- rows: 0

ALTER TABLE due SET TTL (till);
-- error: ValidationException like 'TimeToLive is already enabled'
