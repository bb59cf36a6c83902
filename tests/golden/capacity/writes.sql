-- Write units: 1 KB of the larger of the old and the new item a unit, twice that in a transaction; an index only pays
-- for entries that change.
SET capacity = on;
SET clock = '2026-01-31 12:00:00';
CREATE TABLE item (pk STRING, PRIMARY KEY (pk));

-- 'pk' and 'x' are 3 bytes, 'd' is 1.
INSERT INTO item SELECT VALUE {'pk': 'a', 'd': REPEAT('d', 508)} FROM [1] AS one;
-- wcu = 1

INSERT INTO item SELECT VALUE {'pk': 'b', 'd': REPEAT('d', 1020)} FROM [1] AS one;
-- wcu = 1

INSERT INTO item SELECT VALUE {'pk': 'c', 'd': REPEAT('d', 1021)} FROM [1] AS one;
-- wcu = 2

INSERT INTO item SELECT VALUE {'pk': 'd', 'd': REPEAT('d', 3068)} FROM [1] AS one;
-- wcu = 3

INSERT INTO item SELECT VALUE {'pk': 'e', 'd': REPEAT('d', 4093)} FROM [1] AS one;
-- wcu = 5

INSERT INTO item SELECT VALUE {'pk': 'f', 'd': REPEAT('d', 8188)} FROM [1] AS one;
-- wcu = 8

-- The larger of old and new.
UPDATE item SET d = 'small' WHERE pk = 'f';
-- affected: 1
-- wcu = 8

UPDATE item SET d = 'SMALL' WHERE pk = 'f';
-- wcu = 1

DELETE FROM item WHERE pk = 'e';
-- wcu = 5

-- A write that changes nothing, and one of nothing.
REPLACE INTO item SELECT VALUE {'pk': 'd', 'd': REPEAT('d', 3068)} FROM [1] AS one;
-- wcu = 3

DELETE FROM item WHERE pk = 'nobody';
-- affected: 0
-- wcu = 1

-- What has no full key is read first: 512 + 1024 + 1025 + 3072 + 8 bytes are 2 blocks.
UPDATE item SET n = 1 WHERE d = 'SMALL';
-- affected: 1
-- rcu = 1
-- wcu = 1

-- Failed conditions cost: 1 of 'a', 4 of the larger item that was not inserted.
SHOW METRICS FOR item;
-- {'table': 'item', 'index': NULL, 'minute': TIMESTAMP '2026-01-31 12:00:00+00:00', 'consumed_read': 1, 'consumed_write': 39, 'provisioned_read': NULL, 'provisioned_write': NULL, 'throttled_reads': 0, 'throttled_writes': 0}

ADVANCE CLOCK '1 minute';
SET dialect = dynamodb;
UPDATE item SET n = 1 WHERE pk = 'a' AND n = 5;
-- error: ConditionalCheckFailedException

SET dialect = extended;
INSERT INTO item SELECT VALUE {'pk': 'a', 'd': REPEAT('d', 4000)} FROM [1] AS one;
-- error: DuplicateItemException

-- What is wrong in itself does not.
INSERT INTO item VALUE {'pk': 1};
-- error: ValidationException

SHOW METRICS FOR item;
-- {'table': 'item', 'index': NULL, 'minute': TIMESTAMP '2026-01-31 12:00:00+00:00', 'consumed_read': 1, 'consumed_write': 39, 'provisioned_read': NULL, 'provisioned_write': NULL, 'throttled_reads': 0, 'throttled_writes': 0}
-- {'table': 'item', 'index': NULL, 'minute': TIMESTAMP '2026-01-31 12:01:00+00:00', 'consumed_read': 0, 'consumed_write': 5, 'provisioned_read': NULL, 'provisioned_write': NULL, 'throttled_reads': 0, 'throttled_writes': 0}

-- Indexes.
CREATE TABLE song (pk STRING, sk NUMBER, g STRING, PRIMARY KEY (pk, sk),
                   GLOBAL INDEX wide (g), GLOBAL INDEX narrow (g, sk) PROJECT KEYS ONLY,
                   LOCAL INDEX loc (pk, g) PROJECT INCLUDE (x));

-- Not in any index: 'pk' 'p' 'sk' 1 'd' are 8 bytes.
INSERT INTO song SELECT VALUE {'pk': 'p', 'sk': 1, 'd': REPEAT('d', 2000)} FROM [1] AS one
  RETURN CONSUMED CAPACITY INDEXES;
-- notice like 'consumed capacity: song 2 write units (table 2 write units)'

-- Into all three: 2 units wide, 1 each the small ones.
UPDATE song SET g = 'g' WHERE pk = 'p' AND sk = 1 RETURN CONSUMED CAPACITY INDEXES;
-- notice like 'consumed capacity: song 6 write units (table 2 write units; index wide 2 write units; index narrow 1 write unit; local index loc 1 write unit)'

-- Not projected into the narrow ones.
UPDATE song SET n = 1 WHERE pk = 'p' AND sk = 1 RETURN CONSUMED CAPACITY INDEXES;
-- notice like 'consumed capacity: song 4 write units (table 2 write units; index wide 2 write units)'

UPDATE song SET x = 1 WHERE pk = 'p' AND sk = 1 RETURN CONSUMED CAPACITY INDEXES;
-- notice like 'consumed capacity: song 5 write units (table 2 write units; index wide 2 write units; local index loc 1 write unit)'

-- Nothing changes: the table is charged, no index is.
UPDATE song SET x = 1 WHERE pk = 'p' AND sk = 1;
-- wcu = 2

-- A changed key is a delete and a put.
UPDATE song SET g = 'h' WHERE pk = 'p' AND sk = 1 RETURN CONSUMED CAPACITY INDEXES;
-- notice like 'consumed capacity: song 10 write units (table 2 write units; index wide 4 write units; index narrow 2 write units; local index loc 2 write units)'

-- In place the larger entry counts.
UPDATE song SET d = 'small' WHERE pk = 'p' AND sk = 1 RETURN CONSUMED CAPACITY INDEXES;
-- notice like 'consumed capacity: song 4 write units (table 2 write units; index wide 2 write units)'

-- A transaction doubles what the table pays, not the indexes.
BEGIN;
UPDATE song SET g = 'i' WHERE pk = 'p' AND sk = 1 RETURN CONSUMED CAPACITY INDEXES;
-- notice like 'consumed capacity: song 8 write units (table 2 write units; index wide 2 write units; index narrow 2 write units; local index loc 2 write units)'

COMMIT;

UPDATE song REMOVE g WHERE pk = 'p' AND sk = 1 RETURN CONSUMED CAPACITY TOTAL;
-- notice like 'consumed capacity: song 4 write units'

-- Expiry is free.
CREATE TABLE session (id STRING, PRIMARY KEY (id)) WITH (ttl = 'expires');
INSERT INTO session VALUE {'id': 'a', 'expires': 1769860859};
-- wcu = 1

ADVANCE CLOCK '1 minute';
SELECT VALUE id FROM session;
-- rows: 0

SHOW METRICS FOR session;
-- {'table': 'session', 'index': NULL, 'minute': TIMESTAMP '2026-01-31 12:01:00+00:00', 'consumed_read': 0, 'consumed_write': 1, 'provisioned_read': NULL, 'provisioned_write': NULL, 'throttled_reads': 0, 'throttled_writes': 0}
-- {'table': 'session', 'index': NULL, 'minute': TIMESTAMP '2026-01-31 12:02:00+00:00', 'consumed_read': 0.5, 'consumed_write': 0, 'provisioned_read': NULL, 'provisioned_write': NULL, 'throttled_reads': 0, 'throttled_writes': 0}
