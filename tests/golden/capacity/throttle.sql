-- Provisioned throughput: 300 seconds of it may be used in one go, then it comes back by the second.
SET clock = '2026-01-31 12:00:00';
CREATE TABLE log (id NUMBER, host STRING, PRIMARY KEY (id),
                  GLOBAL INDEX by_host (host, id) PROJECT KEYS ONLY WITH (read_capacity = 1, write_capacity = 2))
  WITH (billing = PROVISIONED, read_capacity = 5, write_capacity = 5);

-- Nobody is refused unless that is asked for.
INSERT INTO log SELECT VALUE {'id': n} FROM range(1, 2000) AS n WITH (batch = 1);
-- affected: 2000

SET throttle = on;
SHOW throttle;
-- {'throttle': 'on'}

-- 1500 are what 300 seconds hold.
INSERT INTO log SELECT VALUE {'id': n} FROM range(10001, 12000) AS n WITH (batch = 1);
-- error: ProvisionedThroughputExceededException like 'The level of configured provisioned throughput for the table was exceeded: table log'

SELECT VALUE COUNT(*) FROM log WHERE id > 10000;
-- 1500

DELETE FROM log WHERE id = 1;
-- error: ProvisionedThroughputExceededException like 'The level of configured provisioned throughput for the table was exceeded: table log'

-- A failed condition, too, needs room.
INSERT INTO log VALUE {'id': 2};
-- error: ProvisionedThroughputExceededException like 'The level of configured provisioned throughput for the table was exceeded: table log'

-- Reads have an account of their own.
SELECT VALUE id FROM log WHERE id = 1;
-- 1

-- A second is 5 units.
ADVANCE CLOCK '1 second';
DELETE FROM log WHERE id IN [1, 2, 3, 4, 5];
-- affected: 5

DELETE FROM log WHERE id = 6;
-- error: ProvisionedThroughputExceededException like 'The level of configured provisioned throughput for the table was exceeded: table log'

-- All or nothing: 6 are too many at once.
ADVANCE CLOCK '1 second';
DELETE FROM log WHERE id IN [6, 7, 8, 9, 10, 11];
-- error: ProvisionedThroughputExceededException like 'The level of configured provisioned throughput for the table was exceeded: table log'

SELECT VALUE COUNT(*) FROM log WHERE id IN [6, 7, 8, 9, 10, 11];
-- 6

DELETE FROM log WHERE id IN [6, 7, 8, 9, 10];
-- affected: 5

-- In a transaction each costs double.
ADVANCE CLOCK '1 second';
BEGIN;
DELETE FROM log WHERE id IN [11, 12];
-- affected: 2

DELETE FROM log WHERE id = 13;
-- error: ProvisionedThroughputExceededException like 'The level of configured provisioned throughput for the table was exceeded: table log'

COMMIT;
SELECT VALUE COUNT(*) FROM log WHERE id IN [11, 12, 13];
-- 1

SHOW METRICS FOR log;
-- {'table': 'log', 'index': NULL, 'minute': TIMESTAMP '2026-01-31 12:00:00+00:00', 'consumed_read': 6.5, 'consumed_write': 1514, 'provisioned_read': 5, 'provisioned_write': 5, 'throttled_reads': 0, 'throttled_writes': 6}
-- {'table': 'log', 'index': 'by_host', 'minute': TIMESTAMP '2026-01-31 12:00:00+00:00', 'consumed_read': 0, 'consumed_write': 0, 'provisioned_read': 1, 'provisioned_write': 2, 'throttled_reads': 0, 'throttled_writes': 0}

-- More throughput is there at once, with all of its burst.
ALTER TABLE log SET BILLING MODE PROVISIONED (1000 RCU, 1000 WCU);
UPDATE log SET host = 'h' WHERE id BETWEEN 100 AND 699 WITH (batch = 1);
-- affected: 600

-- Now the index is short, and holds back its table.
ADVANCE CLOCK '1 minute';
UPDATE log SET host = 'i' WHERE id BETWEEN 100 AND 699 WITH (batch = 1);
-- error: ProvisionedThroughputExceededException like 'The level of configured provisioned throughput for one or more global secondary indexes of the table was exceeded: index by_host of table log'

-- A changed key is two writes: 120 units were 60 items.
SELECT VALUE COUNT(*) FROM log.by_host WHERE host = 'i';
-- 60

-- What does not touch the index goes on.
UPDATE log SET n = 1 WHERE id = 100;
-- affected: 1

SET dialect = dynamodb;
UPDATE log SET host = 'j' WHERE id = 100;
-- error: ProvisionedThroughputExceededException like 'The level of configured provisioned throughput for one or more global secondary indexes of the table was exceeded. Consider increasing your provisioning level for the under-provisioned global secondary indexes with the UpdateTable API'

SET dialect = extended;

SHOW METRICS FOR log;
-- {'table': 'log', 'index': NULL, 'minute': TIMESTAMP '2026-01-31 12:00:00+00:00', 'consumed_read': 7, 'consumed_write': 2114, 'provisioned_read': 1000, 'provisioned_write': 1000, 'throttled_reads': 0, 'throttled_writes': 6}
-- {'table': 'log', 'index': NULL, 'minute': TIMESTAMP '2026-01-31 12:01:00+00:00', 'consumed_read': 0.5, 'consumed_write': 61, 'provisioned_read': 1000, 'provisioned_write': 1000, 'throttled_reads': 0, 'throttled_writes': 2}
-- {'table': 'log', 'index': 'by_host', 'minute': TIMESTAMP '2026-01-31 12:00:00+00:00', 'consumed_read': 0, 'consumed_write': 600, 'provisioned_read': 1, 'provisioned_write': 2, 'throttled_reads': 0, 'throttled_writes': 0}
-- {'table': 'log', 'index': 'by_host', 'minute': TIMESTAMP '2026-01-31 12:01:00+00:00', 'consumed_read': 0.5, 'consumed_write': 120, 'provisioned_read': 1, 'provisioned_write': 2, 'throttled_reads': 0, 'throttled_writes': 2}

-- Reads of an index use the index's throughput: 1 a second, 300 in all.
CREATE TABLE wide (pk STRING, sk NUMBER, g STRING, PRIMARY KEY (pk, sk), GLOBAL INDEX by_g (g))
  WITH (billing = PROVISIONED, read_capacity = 1000, write_capacity = 10000);
ALTER TABLE wide UPDATE GSI (by_g SET BILLING MODE PROVISIONED (1 RCU, 10000 WCU));
INSERT INTO wide SELECT VALUE {'pk': 'p', 'sk': n, 'g': 'g', 'd': REPEAT('d', 390000)} FROM range(1, 6) AS n;
-- affected: 6

-- 3 items a page, 143 units each; the third page is empty. The next one goes into debt and no further.
SELECT VALUE sk FROM wide.by_g WHERE g = 'g';
-- rows: 6
-- rcu = 286.5

SELECT VALUE sk FROM wide.by_g WHERE g = 'g';
-- error: ProvisionedThroughputExceededException like 'The level of configured provisioned throughput for one or more global secondary indexes of the table was exceeded: index by_g of table wide'

SELECT VALUE sk FROM wide WHERE pk = 'p';
-- rows: 6
-- rcu = 286.5

SHOW CREATE TABLE wide;
-- text:
-- | CREATE TABLE "wide" (
-- |   "pk" STRING,
-- |   "sk" NUMBER,
-- |   "g" STRING,
-- |   PRIMARY KEY ("pk", "sk"),
-- |   GLOBAL INDEX "by_g" ("g") PROJECT ALL BILLING MODE PROVISIONED (1 RCU, 10000 WCU)
-- | ) WITH (billing = 'provisioned', read_capacity = 1000, write_capacity = 10000)

ALTER TABLE wide SET (billing = 'on demand');
SELECT VALUE sk FROM wide.by_g WHERE g = 'g';
-- rows: 6
