-- Write sharding: a key that everybody writes to (a response code, a day) is spread over some shards,
-- and read by asking all of them at once.

CREATE TABLE log (
  id NUMBER, shard NUMBER, code_time STRING,
  PRIMARY KEY (id),
  GLOBAL INDEX by_code (shard, code_time) PROJECT KEYS ONLY
);

INSERT INTO log
SELECT VALUE {
  'id': i,
  'shard': i % 4,
  'code_time': CASE WHEN i % 10 = 0 THEN '404' ELSE '200' END || '#2024-01-' || CASE WHEN i % 2 = 0 THEN '02' ELSE '01' END
}
FROM range(0, 199) AS i;
-- affected: 200

-- One query per shard, never a scan.

SELECT COUNT(*) AS n FROM log WHERE shard IN (0, 1, 2, 3) AND begins_with(code_time, '404');
-- plan: Query log.by_code
-- {'n': 20}

SELECT l.shard, COUNT(*) AS n FROM log AS l WHERE l.shard IN (0, 1, 2, 3) AND begins_with(l.code_time, '404#2024-01-02')
GROUP BY l.shard;
-- {'shard': 0, 'n': 10}
-- {'shard': 2, 'n': 10}
