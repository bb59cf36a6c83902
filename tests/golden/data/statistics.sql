-- ANALYZE, DESCRIBE t ATTRIBUTES, and what the planner makes of it.

CREATE TABLE s (pk STRING, sk NUMBER, PRIMARY KEY (pk, sk), GLOBAL INDEX by_state (state STRING, sk));

DESCRIBE s ATTRIBUTES;
-- rows: 0

INSERT INTO s SELECT VALUE {'pk': 'hot', 'sk': i, 'state': CASE WHEN i % 2 = 0 THEN 'open' ELSE 'shut' END} FROM range(1, 90) AS i;
-- affected: 90
INSERT INTO s SELECT VALUE {'pk': 'p' || CAST(i AS STRING), 'sk': i, 'info': {'x': i % 3, 'tags': ['a', 'b']}} FROM range(1, 10) AS i;
-- affected: 10

DESCRIBE s ATTRIBUTES;
-- ordered
-- {'attribute': 'pk', 'items': 100, 'percent': 100, 'types': {'S': 100}, 'distinct': 11, 'average_size': 3, 'largest': 3}
-- {'attribute': 'sk', 'items': 100, 'percent': 100, 'types': {'N': 100}, 'distinct': 90, 'average_size': 2, 'largest': 2}
-- {'attribute': 'state', 'items': 90, 'percent': 90, 'types': {'S': 90}, 'distinct': 2, 'average_size': 4, 'largest': 4}
-- {'attribute': 'info.tags[]', 'items': 20, 'percent': 20, 'types': {'S': 20}, 'distinct': 2, 'average_size': 1, 'largest': 1}
-- {'attribute': 'info', 'items': 10, 'percent': 10, 'types': {'M': 10}, 'distinct': NULL, 'average_size': 19, 'largest': 19}
-- {'attribute': 'info.tags', 'items': 10, 'percent': 10, 'types': {'L': 10}, 'distinct': NULL, 'average_size': 7, 'largest': 7}
-- {'attribute': 'info.x', 'items': 10, 'percent': 10, 'types': {'N': 10}, 'distinct': 3, 'average_size': 2, 'largest': 2}

SHOW STATISTICS s;
-- rows: 0

ANALYZE s;
-- text like '%s: 100 items%all were read%< 256 B%100%''hot'': 90 (90 %)%by_state (state): 90 entries, 2 partitions%''open'': 45 (50 %)%'

-- @restart

SHOW STATISTICS s;
-- rows: 1

-- Eleven partitions in 100 items: about nine in one.
EXPLAIN SELECT * FROM s WHERE pk = 'p1';
-- text like '%Query s%estimate: 9 rows of 9 items%'
EXPLAIN SELECT * FROM s WHERE pk = 'hot' AND sk BETWEEN 1 AND 9;
-- text like '%estimate: 1 rows of 1 items%'
EXPLAIN SELECT * FROM s WHERE info IS NOT MISSING;
-- text like '%Scan s%estimate: 10 rows of 100 items%'
EXPLAIN SELECT * FROM s WHERE sk > 45;
-- text like '%Scan s%estimate: 51 rows of 100 items%'

-- Old statistics change no answer.
DELETE FROM s WHERE pk = 'hot';
-- affected: 90
SELECT VALUE sk FROM s WHERE pk = 'p3';
-- 3
SELECT VALUE COUNT(*) FROM s WHERE sk < 5;
-- 4

ANALYZE s (SAMPLE = 4);
-- text like '%s: about 10 items%a sample of%'
ANALYZE s (SAMPLE = ALL);
-- text like '%s: 10 items%all were read%'
ANALYZE;
-- text like '%s: 10 items%'
ANALYZE s (SAMPLES = 3);
-- error: ValidationException like 'ANALYZE has no option SAMPLES'
ANALYZE nothing;
-- error: ResourceNotFoundException like 'Requested resource not found: Table: nothing not found'

-- They go with the table.
DROP TABLE s;
CREATE TABLE s (pk STRING, PRIMARY KEY (pk));
SHOW STATISTICS s;
-- rows: 0
ANALYZE s;
-- text like '%s: 0 items%'
