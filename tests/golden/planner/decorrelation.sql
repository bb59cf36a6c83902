-- Aggregates over the rows that match the outer one become joins with grouped queries, where that is sound.

CREATE TABLE t (id NUMBER, PRIMARY KEY (id));
CREATE TABLE x (id NUMBER, PRIMARY KEY (id), GLOBAL INDEX by_owner (owner NUMBER));
INSERT INTO t << {'id': 1, 'k': 1}, {'id': 2, 'k': 2.0}, {'id': 3, 'k': NULL}, {'id': 4}, {'id': 5, 'k': 'a'}, {'id': 6, 'k': 7} >>;
-- affected: 6
INSERT INTO x <<
  {'id': 1, 'k': 1, 'a': 10, 'owner': 1}, {'id': 2, 'k': 1.0, 'a': 5, 'owner': 1}, {'id': 3, 'k': 2, 'a': NULL}, {'id': 4, 'k': NULL, 'a': 3},
  {'id': 5, 'a': 4}, {'id': 6, 'k': 'a', 'a': 'text'}, {'id': 7, 'k': 2}
>>;
-- affected: 7

SELECT t.id, (SELECT SUM(x.a) AS s FROM x WHERE x.k = t.k) AS s, (SELECT COUNT(*) AS n FROM x WHERE x.k = t.k) AS n FROM t;
-- plan: Scan t, Scan x, Scan x
-- {'id': 1, 's': 15, 'n': 2}
-- {'id': 2, 's': NULL, 'n': 2}
-- {'id': 3, 's': NULL, 'n': 0}
-- {'id': 4, 's': NULL, 'n': 0}
-- {'id': 5, 'n': 1}
-- {'id': 6, 's': NULL, 'n': 0}

EXPLAIN SELECT t.id, (SELECT COUNT(x.a) + 1 AS n FROM x WHERE t.k = x.k AND x.id < 7) AS n FROM t;
-- text:
-- | Project
-- |   values: {'id': t.id, 'n': CASE WHEN "x.k" IS NULL THEN 0 ELSE "COUNT(x.a)" END + 1}
-- |   HashJoin
-- |     kind: left
-- |     keys: t.k = "x.k"
-- |     Scan t
-- |       parallelism: 1 thread
-- |       estimate: 1000 rows of 1000 items
-- |     Aggregate
-- |       keys: x.k
-- |       calls: COUNT(x.a)
-- |       RangeScan x
-- |         key: id < 7
-- |         parallelism: 1 thread
-- |         rejected: by_owner: no condition on owner that only items in it can meet
-- |         rejected: Scan x: about 1003 items' cost against 303
-- |         estimate: 300 rows of 300 items

-- The aggregate of nothing in an expression, in WHERE, in ORDER BY's list.
SELECT t.id, (SELECT COUNT(x.a) + 1 AS n FROM x WHERE t.k = x.k AND x.id < 7) AS n FROM t WHERE t.id <> 4;
-- {'id': 1, 'n': 3}
-- {'id': 2, 'n': 1}
-- {'id': 3, 'n': 1}
-- {'id': 5, 'n': 2}
-- {'id': 6, 'n': 1}

SELECT VALUE t.id FROM t WHERE (SELECT COUNT(*) AS n FROM x WHERE x.k = t.k) < 2 AND t.id > 2;
-- plan: RangeScan t, Scan x
-- 3
-- 4
-- 5
-- 6

SELECT t.id, (SELECT MAX(x.a) AS m FROM x WHERE x.k = t.k AND x.id + 1 > 0) AS m FROM t ORDER BY t.id DESC LIMIT 2;
-- ordered
-- {'id': 6, 'm': NULL}
-- {'id': 5, 'm': 'text'}

-- Two keys, and one that is computed.
SELECT t.id, (SELECT COUNT(*) AS n FROM x WHERE x.k = t.k AND x.id - 1 = t.id - 1) AS n FROM t WHERE t.id < 4;
-- {'id': 1, 'n': 1}
-- {'id': 2, 'n': 0}
-- {'id': 3, 'n': 0}

-- Left alone: what a key lookup answers, what depends on the outer row otherwise, HAVING and LIMIT.
EXPLAIN SELECT t.id, (SELECT SUM(x.a) AS s FROM x WHERE x.id = t.id) AS s FROM t WHERE t.id = 1;
-- text like '%subquery%'
EXPLAIN SELECT t.id, (SELECT SUM(x.a + t.id) AS s FROM x WHERE x.k = t.k) AS s FROM t;
-- text like '%subquery%'
EXPLAIN SELECT t.id, (SELECT SUM(x.a) AS s FROM x WHERE x.k < t.k) AS s FROM t;
-- text like '%subquery%'
EXPLAIN SELECT t.id, (SELECT SUM(x.a) AS s FROM x WHERE x.k = t.k HAVING COUNT(*) > 1) AS s FROM t;
-- text like '%subquery%'
EXPLAIN SELECT t.id, (SELECT SUM(x.a) AS s FROM x WHERE x.k = t.k LIMIT 1) AS s FROM t;
-- text like '%subquery%'

-- The rule changes no answer.
SET rule_decorrelate_aggregates = off;
SELECT t.id, (SELECT SUM(x.a) AS s FROM x WHERE x.k = t.k) AS s, (SELECT COUNT(*) AS n FROM x WHERE x.k = t.k) AS n FROM t;
-- plan: Scan t, Scan x, Scan x
-- {'id': 1, 's': 15, 'n': 2}
-- {'id': 2, 's': NULL, 'n': 2}
-- {'id': 3, 's': NULL, 'n': 0}
-- {'id': 4, 's': NULL, 'n': 0}
-- {'id': 5, 'n': 1}
-- {'id': 6, 's': NULL, 'n': 0}
SET rule_decorrelate_aggregates = on;

-- In strict typing the inner query sees no rows but those it asks for.
SET typing = strict;
EXPLAIN SELECT t.id, (SELECT COUNT(*) AS n FROM x WHERE x.id = t.id) AS n FROM t;
-- text like '%subquery%'
