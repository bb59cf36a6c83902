-- Every plan below a statement is shown, counted and guarded, and questions about subqueries are asked of sets of rows.

CREATE TABLE q (k NUMBER, PRIMARY KEY (k));
CREATE TABLE u (k NUMBER, PRIMARY KEY (k), GLOBAL INDEX by_g (g NUMBER));
INSERT INTO q SELECT VALUE {'k': x, 'g': x % 5, 'd': x % 10} FROM range(1, 100) AS x;
INSERT INTO u SELECT VALUE {'k': x, 'g': x % 5, 'd': x % 10} FROM range(1, 50) AS x;
INSERT INTO u VALUE {'k': 100, 'g': 3, 'd': NULL};

-- A correlated subquery that no join can stand for.
EXPLAIN SELECT q.k FROM q WHERE q.d > (SELECT u.d AS d FROM u WHERE u.g > q.g ORDER BY u.d LIMIT 1);
-- text like '%Subquery%runs: for each row%Scan u%'

SELECT COUNT(*) AS n FROM q WHERE q.d > (SELECT u.d AS d FROM u WHERE u.g > q.g ORDER BY u.d LIMIT 1);
-- plan: Scan q, Scan u
-- {'n': 40}

EXPLAIN ANALYZE SELECT q.k FROM q WHERE q.d > (SELECT u.d AS d FROM u WHERE u.g > q.g ORDER BY u.d LIMIT 1);
-- text like '%Subquery%Scan u%opened: 100 times%items examined: 5100%'

EXPLAIN (FORMAT API) SELECT q.k FROM q WHERE q.d > (SELECT u.d AS d FROM u WHERE u.g > q.g ORDER BY u.d LIMIT 1);
-- text like '%"TableName": "u"%'

EXPLAIN SELECT VALUE (SELECT MAX(u.d) AS m FROM u WHERE u.g = 2 AND u.d < 5);
-- text like '%Subquery%runs: once%Query u.by_g%'

-- In an access' own filter.
SELECT COUNT(*) AS n FROM q WHERE q.k < 20 AND q.k > 10 AND q.d = (SELECT MAX(u.d) AS m FROM u);
-- plan: RangeScan q, Scan u
-- {'n': 1}

SET scan = deny;

SELECT q.k FROM q WHERE q.k = 1 AND q.d > (SELECT u.d AS d FROM u WHERE u.g > q.g ORDER BY u.d LIMIT 1);
-- error: AccessDeniedException like '%u%'

SELECT q.d IN (SELECT u.d AS d FROM u WHERE u.d = q.d) AS there FROM q WHERE q.k = 1;
-- error: AccessDeniedException like '%u%'

SET scan = allow;

-- NOT IN over a correlated subquery: true over nothing, unknown where something is absent.
SELECT COUNT(*) AS n FROM q WHERE q.d NOT IN (SELECT u.d AS d FROM u WHERE u.g = q.g AND u.k > 10);
-- examined <= 151
-- {'n': 0}

SELECT COUNT(*) AS n FROM q WHERE q.d NOT IN (SELECT u.d AS d FROM u WHERE u.g = q.g AND u.k < 9);
-- {'n': 20}

SELECT COUNT(*) AS n FROM q WHERE q.d NOT IN (SELECT u.d + 100 AS d FROM u WHERE u.g = q.g);
-- {'n': 80}

SELECT COUNT(*) AS n FROM q WHERE q.d NOT IN (SELECT u.d + 100 AS d FROM u WHERE u.g = q.g + 100);
-- {'n': 100}

SELECT q.k, q.d IN (SELECT u.d AS d FROM u WHERE u.g = q.g) AS a, q.d NOT IN (SELECT u.d + 1 AS d FROM u WHERE u.g = q.g) AS b,
       NULL IN (SELECT u.d AS d FROM u WHERE u.g = q.g + 9) AS c, EXISTS (SELECT * FROM u WHERE u.g = q.d) AS e
FROM q WHERE q.k IN [3, 4, 7];
-- {'k': 3, 'a': true, 'b': NULL, 'c': false, 'e': true}
-- {'k': 4, 'a': true, 'b': true, 'c': false, 'e': true}
-- {'k': 7, 'a': true, 'b': true, 'c': false, 'e': false}

SELECT q.k FROM q WHERE q.k = 5 OR (q.k < 5 AND q.d IN (SELECT u.k AS k FROM u WHERE u.g = q.g AND u.k > 2));
-- {'k': 3}
-- {'k': 4}
-- {'k': 5}

EXPLAIN SELECT q.k, q.d IN (SELECT u.d AS d FROM u WHERE u.g = q.g) AS a FROM q;
-- text like '%MarkJoin%marks: IN%keys: q.g = u.g AND q.d = u.d%'

-- Correlated by more than an equality: the join has a condition, and rows with it count.
EXPLAIN SELECT COUNT(*) AS n FROM q WHERE q.d NOT IN (SELECT u.d AS d FROM u WHERE u.k > q.k);
-- text like '%MarkJoin%marks: NOT IN%keys: q.d = u.d%on: u.k > q.k%'

SELECT COUNT(*) AS n, SUM(q.k) AS s FROM q WHERE q.d NOT IN (SELECT u.d + 1 AS d FROM u WHERE u.k > q.k AND u.k < 60);
-- examined <= 151
-- {'n': 63, 's': 4289}

SELECT q.k, q.d NOT IN (SELECT u.d AS d FROM u WHERE u.g < q.g AND u.k <> q.k) AS a, NULL IN (SELECT u.d AS d FROM u WHERE u.g > q.g) AS b,
       EXISTS (SELECT * FROM u WHERE u.g = q.g AND u.k > 10 * q.k) AS c
FROM q WHERE q.k IN [4, 5, 8];
-- {'k': 4, 'a': NULL, 'b': false, 'c': true}
-- {'k': 5, 'a': true, 'b': NULL, 'c': false}
-- {'k': 8, 'a': true, 'b': NULL, 'c': true}

-- Without room in memory the right side is read again.
SET memory_limit = 4096;

SELECT COUNT(*) AS n, SUM(q.k) AS s FROM q WHERE q.d NOT IN (SELECT u.d + 1 AS d FROM u WHERE u.k > q.k AND u.k < 60);
-- {'n': 63, 's': 4289}

SELECT COUNT(*) AS n FROM q WHERE q.d NOT IN (SELECT u.d AS d FROM u WHERE u.g = q.g AND u.k < 9);
-- {'n': 20}

SELECT COUNT(*) AS n FROM q WHERE q.d NOT IN (SELECT u.d + 100 AS d FROM u WHERE u.g = q.g);
-- {'n': 80}

SET memory_limit = DEFAULT;

-- The order of the left rows stays.
SELECT q.k, q.d IN (SELECT u.d AS d FROM u WHERE u.g = q.g) AS a FROM q ORDER BY q.k DESC LIMIT 2;
-- {'k': 100, 'a': true}
-- {'k': 99, 'a': true}
