-- What does not fit into the memory limit goes to temporary files: the answers are those of memory.

SET memory_limit = 60000;

-- DISTINCT
SELECT COUNT(*) AS n, SUM(y.k) AS s
FROM (SELECT DISTINCT VALUE {'k': x % 3000, 't': 'some text ' || CAST(x % 3000 AS STRING)} FROM range(1, 9000) AS x) AS y;
-- {'n': 3000, 's': 4498500}

EXPLAIN ANALYZE SELECT DISTINCT x % 3000 AS v FROM range(1, 9000) AS x;
-- text like '%Distinct%rows: 3000%spilled: % KB%FunctionScan%'

-- GROUP BY, with groups that stay small.
SELECT COUNT(*) AS n, MIN(y.n) AS lo, MAX(y.n) AS hi, SUM(y.s) AS s
FROM (SELECT k, COUNT(*) AS n, SUM(x) AS s FROM range(1, 9000) AS x GROUP BY x % 3000 AS k) AS y;
-- {'n': 3000, 'lo': 3, 'hi': 3, 's': 40504500}

-- With groups that grow: GROUP AS, ARRAY_AGG, STRING_AGG.
SELECT COUNT(*) AS n, SUM(COLL_COUNT(y.g)) AS members, SUM(COLL_SUM(y.a)) AS s
FROM (SELECT k, g, ARRAY_AGG(x) AS a FROM range(1, 6000) AS x GROUP BY x % 400 AS k GROUP AS g) AS y;
-- {'n': 400, 'members': 6000, 's': 18003000}

SELECT VALUE y.t
FROM (SELECT k, STRING_AGG(CAST(x AS STRING), ',') AS t, ARRAY_AGG(x) AS a
      FROM range(1, 20000) AS x GROUP BY x % 5000 AS k) AS y
WHERE y.k = 7;
-- '7,5007,10007,15007'

-- DISTINCT aggregates, over everything and by group.
SELECT COUNT(DISTINCT x % 3000) AS n, SUM(DISTINCT x % 3000) AS s FROM range(1, 9000) AS x;
-- {'n': 3000, 's': 4498500}

SELECT COUNT(*) AS n, MIN(y.n) AS lo, MAX(y.n) AS hi
FROM (SELECT k, COUNT(DISTINCT x % 100) AS n FROM range(1, 9000) AS x GROUP BY x % 30 AS k) AS y;
-- {'n': 30, 'lo': 10, 'hi': 10}

-- A value of one group must fit.
SELECT ARRAY_AGG(x) AS a FROM range(1, 9000) AS x;
-- error: OutOfMemory like '%a group of GROUP BY%'

-- Set operators
SELECT COUNT(*) AS n FROM ((SELECT x AS v FROM range(1, 4000) AS x) UNION (SELECT x AS v FROM range(2001, 6000) AS x)) AS y;
-- {'n': 6000}
SELECT COUNT(*) AS n, MIN(y.v) AS lo FROM ((SELECT x AS v FROM range(1, 4000) AS x) INTERSECT (SELECT x AS v FROM range(2001, 6000) AS x)) AS y;
-- {'n': 2000, 'lo': 2001}
SELECT COUNT(*) AS n, MAX(y.v) AS hi FROM ((SELECT x AS v FROM range(1, 4000) AS x) EXCEPT (SELECT x AS v FROM range(2001, 6000) AS x)) AS y;
-- {'n': 2000, 'hi': 2000}
SELECT COUNT(*) AS n FROM ((SELECT x % 3000 AS v FROM range(1, 6000) AS x) INTERSECT ALL (SELECT x AS v FROM range(1, 2500) AS x)) AS y;
-- {'n': 2500}
SELECT COUNT(*) AS n FROM ((SELECT x % 3000 AS v FROM range(1, 6000) AS x) EXCEPT ALL (SELECT x AS v FROM range(1, 2500) AS x)) AS y;
-- {'n': 3500}
SELECT COUNT(*) AS n FROM ((SELECT x % 3000 AS v FROM range(1, 6000) AS x) EXCEPT (SELECT x AS v FROM range(1, 2500) AS x)) AS y;
-- {'n': 500}

-- Joins, in the order of the left side.
CREATE TABLE l (id NUMBER, PRIMARY KEY (id));
CREATE TABLE r (id NUMBER, PRIMARY KEY (id));
INSERT INTO l SELECT VALUE {'id': x, 'k': CASE WHEN x % 10 = 0 THEN NULL ELSE x % 700 END} FROM range(1, 1000) AS x;
-- affected: 1000
INSERT INTO r SELECT VALUE {'id': x, 'k': CASE WHEN x % 9 = 0 THEN NULL ELSE x % 800 END, 'pad': 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'} FROM range(1, 1600) AS x;
-- affected: 1600

SELECT COUNT(*) AS n, SUM(a.id) AS a, SUM(b.id) AS b FROM l AS a JOIN r AS b ON a.k = b.k;
-- {'n': 1600, 'a': 799976, 'b': 1103976}
SELECT COUNT(*) AS n, SUM(a.id) AS a, SUM(b.id) AS b FROM l AS a LEFT JOIN r AS b ON a.k = b.k;
-- {'n': 1700, 'a': 850476, 'b': 1103976}
SELECT COUNT(*) AS n, SUM(a.id) AS a, SUM(b.id) AS b FROM l AS a LEFT JOIN r AS b ON a.k = b.k AND b.id > a.id;
-- {'n': 1000, 'a': 500500, 'b': 871992}
SELECT COUNT(*) AS n FROM l AS a WHERE EXISTS (SELECT 1 FROM r AS b WHERE b.k = a.k AND b.pad <> a.id);
-- {'n': 900}
SELECT COUNT(*) AS n FROM l AS a WHERE NOT EXISTS (SELECT 1 FROM r AS b WHERE b.k = a.k AND b.pad <> a.id);
-- {'n': 100}
SELECT a.id, b.id AS b FROM l AS a LEFT JOIN r AS b ON a.k = b.k ORDER BY a.id LIMIT 4;
-- ordered
-- {'id': 1, 'b': 1}
-- {'id': 2, 'b': 2}
-- {'id': 2, 'b': 802}
-- {'id': 3, 'b': 3}

-- One key that fills the memory.
SELECT COUNT(*) AS n, SUM(b.id) AS s FROM l AS a JOIN r AS b ON a.id - a.id = b.id - b.id AND a.id < 4;
-- {'n': 4800, 's': 3842400}

-- Windows with PARTITION BY; without, all rows must fit.
SELECT COUNT(*) AS n, SUM(y.n) AS s, MAX(y.n) AS hi, SUM(y.m) AS m
FROM (SELECT x, ROW_NUMBER() OVER (PARTITION BY x % 500 ORDER BY x) AS n, COUNT(*) OVER (PARTITION BY x % 3) AS m
      FROM range(1, 300) AS x) AS y;
-- {'n': 300, 's': 300, 'hi': 1, 'm': 30000}
SELECT COUNT(*) AS n, SUM(y.n) AS s, MAX(y.n) AS hi
FROM (SELECT x, ROW_NUMBER() OVER (PARTITION BY x % 500 ORDER BY x) AS n FROM range(1, 3000) AS x) AS y;
-- {'n': 3000, 's': 10500, 'hi': 6}
SELECT COUNT(*) AS n FROM (SELECT x, ROW_NUMBER() OVER (ORDER BY x) AS n FROM range(1, 3000) AS x) AS y;
-- error: OutOfMemory like '%window functions%'

-- ORDER BY, whole and its first rows.
SELECT COUNT(*) AS n FROM (SELECT VALUE 'text ' || CAST(x AS STRING) FROM range(1, 5000) AS x ORDER BY x DESC) AS y;
-- {'n': 5000}
SELECT MIN(y.k) AS lo, MAX(y.k) AS hi, COUNT(*) AS n
FROM (SELECT x % 1000 AS k, 'text ' || CAST(x AS STRING) AS s FROM range(1, 5000) AS x ORDER BY x % 1000, x LIMIT 3000) AS y;
-- {'lo': 0, 'hi': 599, 'n': 3000}
