-- ROLLUP, CUBE, GROUPING SETS, (), GROUPING; aggregates of an outer query; ordered aggregates.

CREATE TABLE s (id NUMBER, PRIMARY KEY (id));
INSERT INTO s << {'id': 1, 'r': 'n', 'p': 'x', 'q': 1}, {'id': 2, 'r': 'n', 'p': 'y', 'q': 2},
  {'id': 3, 'r': 'o', 'p': 'x', 'q': 4}, {'id': 4, 'r': 'o', 'q': 8} >>;

SELECT s.r, s.p, SUM(s.q) AS q FROM s AS s GROUP BY ROLLUP (s.r, s.p);
-- {'r': 'n', 'p': 'x', 'q': 1}
-- {'r': 'n', 'p': 'y', 'q': 2}
-- {'r': 'o', 'p': 'x', 'q': 4}
-- {'r': 'o', 'p': NULL, 'q': 8}
-- {'r': 'n', 'p': NULL, 'q': 3}
-- {'r': 'o', 'p': NULL, 'q': 12}
-- {'r': NULL, 'p': NULL, 'q': 15}

-- GROUPING tells the NULL of a total from that of the data.
SELECT s.r, s.p, SUM(s.q) AS q, GROUPING(s.r, s.p) AS g FROM s AS s GROUP BY ROLLUP (s.r, s.p) HAVING s.p IS NULL;
-- {'r': 'o', 'p': NULL, 'q': 8, 'g': 0}
-- {'r': 'n', 'p': NULL, 'q': 3, 'g': 1}
-- {'r': 'o', 'p': NULL, 'q': 12, 'g': 1}
-- {'r': NULL, 'p': NULL, 'q': 15, 'g': 3}

SELECT s.r, s.p, COUNT(*) AS n FROM s AS s GROUP BY CUBE (s.r, s.p) ORDER BY GROUPING(s.r), GROUPING(s.p), s.r, s.p;
-- {'r': 'n', 'p': 'x', 'n': 1}
-- {'r': 'n', 'p': 'y', 'n': 1}
-- {'r': 'o', 'p': 'x', 'n': 1}
-- {'r': 'o', 'p': NULL, 'n': 1}
-- {'r': 'n', 'p': NULL, 'n': 2}
-- {'r': 'o', 'p': NULL, 'n': 2}
-- {'r': NULL, 'p': 'x', 'n': 2}
-- {'r': NULL, 'p': 'y', 'n': 1}
-- {'r': NULL, 'p': NULL, 'n': 1}
-- {'r': NULL, 'p': NULL, 'n': 4}

SELECT s.r, s.p, SUM(s.q) AS q FROM s AS s GROUP BY GROUPING SETS ((s.r), s.p, ());
-- {'r': 'n', 'p': NULL, 'q': 3}
-- {'r': 'o', 'p': NULL, 'q': 12}
-- {'r': NULL, 'p': 'x', 'q': 5}
-- {'r': NULL, 'p': 'y', 'q': 2}
-- {'r': NULL, 'p': NULL, 'q': 8}
-- {'r': NULL, 'p': NULL, 'q': 15}

SELECT s.r, s.p, COUNT(*) AS n FROM s AS s WHERE s.r = 'n' GROUP BY GROUPING SETS ((s.r, s.p));
-- {'r': 'n', 'p': 'x', 'n': 1}
-- {'r': 'n', 'p': 'y', 'n': 1}

SELECT COUNT(*) AS n FROM s AS s WHERE s.id > 99 GROUP BY GROUPING SETS (());
-- {'n': 0}

SELECT COUNT(*) AS n FROM s AS s GROUP BY GROUPING SETS ();
-- error: ValidationException like 'GROUPING SETS needs a set'

-- With a key beside it, lists inside, and one inside the other.
SELECT s.r, s.p, SUM(s.q) AS q FROM s AS s WHERE s.r = 'n' GROUP BY s.r, ROLLUP (s.p);
-- {'r': 'n', 'p': 'x', 'q': 1}
-- {'r': 'n', 'p': 'y', 'q': 2}
-- {'r': 'n', 'p': NULL, 'q': 3}

SELECT s.r, s.p, s.id > 2 AS b, COUNT(*) AS n FROM s AS s WHERE s.r = 'n' GROUP BY ROLLUP ((s.r, s.p), s.id > 2);
-- {'r': 'n', 'p': 'x', 'b': false, 'n': 1}
-- {'r': 'n', 'p': 'y', 'b': false, 'n': 1}
-- {'r': 'n', 'p': 'x', 'b': NULL, 'n': 1}
-- {'r': 'n', 'p': 'y', 'b': NULL, 'n': 1}
-- {'r': NULL, 'p': NULL, 'b': NULL, 'n': 2}

SELECT s.r, COUNT(*) AS n FROM s AS s GROUP BY GROUPING SETS (ROLLUP (s.r), (s.r));
-- {'r': 'n', 'n': 2}
-- {'r': 'o', 'n': 2}
-- {'r': NULL, 'n': 4}
-- {'r': 'n', 'n': 2}
-- {'r': 'o', 'n': 2}

-- Over no rows the totals are there, and nothing else.
SELECT s.r, SUM(s.q) AS q, COUNT(*) AS n FROM s AS s WHERE s.id > 99 GROUP BY ROLLUP (s.r);
-- {'r': NULL, 'q': NULL, 'n': 0}

SELECT COUNT(*) AS n FROM s AS s WHERE s.id > 99 GROUP BY ();
-- {'n': 0}

SELECT COUNT(*) AS n FROM s AS s GROUP BY ();
-- {'n': 4}

SELECT s.r, COUNT(*) AS n FROM s AS s WHERE s.id > 99 GROUP BY s.r;
-- rows: 0

SELECT s.r, COUNT(*) AS n FROM s AS s WHERE s.id > 99 GROUP BY GROUPING SETS ((s.r), (s.p));
-- rows: 0

-- Names of keys, FILTER, DISTINCT, GROUP AS.
SELECT s.r, COUNT(DISTINCT s.p) AS ps, COUNT(*) FILTER (WHERE s.q > 1) AS n FROM s AS s GROUP BY ROLLUP (s.r);
-- {'r': 'n', 'ps': 2, 'n': 1}
-- {'r': 'o', 'ps': 1, 'n': 2}
-- {'r': NULL, 'ps': 2, 'n': 3}

SELECT VALUE CARDINALITY(g) FROM s AS s GROUP BY ROLLUP (s.r) GROUP AS g;
-- 2
-- 2
-- 4

SELECT s.r, COUNT(*) AS n FROM s AS s GROUP BY s.r HAVING GROUPING(s.r) = 0;
-- {'r': 'n', 'n': 2}
-- {'r': 'o', 'n': 2}

-- Positions of the select list.
SELECT s.r, COUNT(*) AS n FROM s AS s GROUP BY 1;
-- {'r': 'n', 'n': 2}
-- {'r': 'o', 'n': 2}

SELECT s.r, COUNT(*) AS n FROM s AS s GROUP BY ROLLUP (1);
-- {'r': 'n', 'n': 2}
-- {'r': 'o', 'n': 2}
-- {'r': NULL, 'n': 4}

SELECT GROUPING(s.q) AS g FROM s AS s GROUP BY ROLLUP (s.r);
-- error: ValidationException like 's.q is no key of GROUP BY'

SELECT GROUPING(s.q) AS g FROM s AS s;
-- error: ValidationException like 'GROUPING stands in%'

SELECT s.q FROM s AS s GROUP BY ROLLUP (s.r);
-- error: ValidationException like 's.q must be a GROUP BY key or stand in an aggregate function'

SELECT COUNT(*) AS n FROM s AS s GROUP BY CUBE (1+s.q, 2+s.q, 3+s.q, 4+s.q, 5+s.q, 6+s.q, 7+s.q, 8+s.q, 9+s.q, 10+s.q, 11+s.q, 12+s.q, 13+s.q);
-- error: ValidationException like 'GROUP BY has more than 4096 grouping sets'

SELECT COUNT(*) AS n FROM s AS s GROUP BY GROUPING STES (s.r);
-- error: ValidationException like 'expected GROUPING SETS%'

EXPLAIN SELECT s.r, COUNT(*) AS n FROM s AS s GROUP BY ROLLUP (s.r);
-- text like '%Aggregate%keys: CASE WHEN "grouping set" IN%'

-- More groups than memory.
SET memory_limit = 4096;
SELECT COUNT(*) AS groups, SUM(x.n) AS n FROM (SELECT v % 1000 AS k, COUNT(*) AS n FROM range(1, 3000) AS v GROUP BY ROLLUP (v % 1000)) AS x;
-- {'groups': 1001, 'n': 6000}
SET memory_limit = DEFAULT;

-- Where a subquery takes no aggregates, they belong to the query whose rows they read; else to the subquery.
SELECT s.r FROM s AS s GROUP BY s.r HAVING EXISTS (SELECT 1 FROM [3, 99] AS v WHERE v = SUM(s.q));
-- {'r': 'n'}

SELECT s.r, (SELECT MAX(v + SUM(s.q)) AS m FROM [1, 2] AS v) AS m FROM s AS s GROUP BY s.r;
-- {'r': 'n', 'm': 5}
-- {'r': 'o', 'm': 14}

SELECT s.id, (SELECT SUM(s.q) AS q FROM [1, 2] AS v) AS q FROM s AS s WHERE s.id = 3;
-- {'id': 3, 'q': 8}

SELECT (SELECT VALUE v FROM [1, 4] AS v WHERE v = COUNT(s.id)) AS c FROM s AS s;
-- {'c': <<4>>}

SELECT s.r FROM s AS s GROUP BY s.r HAVING COUNT(*) = ANY (SELECT VALUE SUM(v) FROM [1, 1] AS v);
-- {'r': 'n'}
-- {'r': 'o'}

SELECT s.id FROM s AS s WHERE EXISTS (SELECT 1 FROM [3] AS v WHERE v = SUM(s.q));
-- error: ValidationException like 'the aggregate function SUM cannot stand in WHERE'

SELECT v FROM [1] AS v WHERE SUM(v) = 1;
-- error: ValidationException like 'the aggregate function SUM cannot stand in WHERE'

SELECT SUM(v + SUM(v)) AS x FROM [1] AS v;
-- error: ValidationException like 'aggregate functions cannot be nested'

-- Ordered aggregates: each in its order, also as window functions.
SELECT STRING_AGG(x, ',' ORDER BY x DESC) AS down, STRING_AGG(x, '+' ORDER BY x) AS up, ARRAY_AGG(x ORDER BY x DESC) AS l
FROM ['b', 'a', 'c'] AS x;
-- {'down': 'c,b,a', 'up': 'a+b+c', 'l': ['c', 'b', 'a']}

SELECT k, STRING_AGG(DISTINCT v, ',' ORDER BY v DESC) AS a, STRING_AGG(v, ',' ORDER BY v) FILTER (WHERE v <> 'x') AS b
FROM [{'k': 1, 'v': 'x'}, {'k': 1, 'v': 'y'}, {'k': 1, 'v': 'x'}, {'k': 2, 'v': 'z'}, {'k': 2}] AS r GROUP BY r.k AS k;
-- {'k': 1, 'a': 'y,x', 'b': 'y'}
-- {'k': 2, 'a': 'z', 'b': 'z'}

SELECT x, STRING_AGG(x, ',' ORDER BY x DESC) OVER () AS a, STRING_AGG(x, ',' ORDER BY x DESC) OVER (ORDER BY x) AS b
FROM ['a', 'b', 'c'] AS x;
-- {'x': 'a', 'a': 'c,b,a', 'b': 'a'}
-- {'x': 'b', 'a': 'c,b,a', 'b': 'b,a'}
-- {'x': 'c', 'a': 'c,b,a', 'b': 'c,b,a'}

SELECT RANK(x ORDER BY x) OVER (ORDER BY x) AS r FROM [1] AS x;
-- error: ValidationException
