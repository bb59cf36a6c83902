-- COPY is counted and throttled, in every batch.
SET capacity = on;
CREATE TABLE src (id NUMBER, PRIMARY KEY (id));
INSERT INTO src SELECT VALUE {'id': n, 'v': 'x'} FROM range(1, 10) AS n;
COPY src TO '${TMP}/ten.csv';
-- affected: 10
-- rcu >= 0.5

CREATE TABLE t (id NUMBER, PRIMARY KEY (id));
COPY t FROM '${TMP}/ten.csv' (BATCH 1);
-- affected: 10
-- wcu = 10

COPY t FROM '${TMP}/ten.csv' (BATCH 3, ON CONFLICT REPLACE);
-- affected: 10
-- wcu = 10

COPY t FROM '${TMP}/ten.csv' (ATOMIC, ON CONFLICT MERGE);
-- affected: 10
-- wcu = 10

COPY t FROM '${TMP}/ten.csv' (BATCH 4, ON CONFLICT SKIP);
-- affected: 0

-- Records that are left out cost nothing.
COPY t FROM '${TMP}/ten.csv' (BATCH 4, ERRORS '${TMP}/bad.jsonl');
-- affected: 0
-- wcu = 0

BEGIN;
COPY t FROM '${TMP}/ten.csv' (ON CONFLICT REPLACE);
-- affected: 10
-- wcu = 20
COMMIT;

-- 300 seconds of 1 unit are 300: the rest waits.
SET clock = '2026-01-31 12:00:00';
SET throttle = on;
CREATE TABLE slow (id NUMBER, PRIMARY KEY (id)) WITH (billing = PROVISIONED, read_capacity = 1, write_capacity = 1);
INSERT INTO src SELECT VALUE {'id': n} FROM range(11, 305) AS n;
COPY src TO '${TMP}/many.csv';
COPY slow FROM '${TMP}/many.csv' (BATCH 10);
-- error: ProvisionedThroughputExceededException
SELECT VALUE COUNT(*) FROM slow;
-- 300

ADVANCE CLOCK '1 minute';
COPY slow FROM '${TMP}/many.csv' (BATCH 10, RESUME);
-- affected: 5
SELECT VALUE COUNT(*) FROM slow;
-- 305

-- The end of a load that was begun before, in a transaction: its note goes with it.
CREATE TABLE late (id NUMBER, PRIMARY KEY (id)) WITH (billing = PROVISIONED, read_capacity = 1, write_capacity = 1);
COPY late FROM '${TMP}/many.csv' (BATCH 10);
-- error: ProvisionedThroughputExceededException
SET throttle = off;
BEGIN;
COPY late FROM '${TMP}/many.csv' (BATCH 10, RESUME);
-- affected: 5
COMMIT;
COPY late FROM '${TMP}/many.csv' (BATCH 10, RESUME, ON CONFLICT SKIP);
-- affected: 0
-- notice like 'no load of this file was interrupted%'
