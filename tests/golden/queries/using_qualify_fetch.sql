-- JOIN ... USING, NATURAL JOIN, names of columns, QUALIFY, FETCH.

CREATE TABLE a (id NUMBER, PRIMARY KEY (id));
CREATE TABLE b (id NUMBER, PRIMARY KEY (id));
INSERT INTO a << {'id': 1, 'x': 'a1'}, {'id': 2, 'x': 'a2'}, {'id': 3, 'x': 'a3'} >>;
INSERT INTO b << {'id': 2, 'y': 'b2'}, {'id': 3, 'y': 'b3'}, {'id': 4, 'y': 'b4'} >>;

-- The columns of USING are there once, and need no variable.
SELECT * FROM a JOIN b USING (id);
-- {'id': 2, 'x': 'a2', 'y': 'b2'}
-- {'id': 3, 'x': 'a3', 'y': 'b3'}

SELECT id, a.x FROM a LEFT JOIN b USING (id) WHERE id < 3;
-- {'id': 1, 'x': 'a1'}
-- {'id': 2, 'x': 'a2'}

SELECT id, b.y FROM a RIGHT JOIN b USING (id);
-- {'id': 2, 'y': 'b2'}
-- {'id': 3, 'y': 'b3'}
-- {'id': 4, 'y': 'b4'}

SELECT id, a.id AS l, b.id AS r FROM a FULL JOIN b USING (id);
-- {'id': 1, 'l': 1, 'r': NULL}
-- {'id': 2, 'l': 2, 'r': 2}
-- {'id': 3, 'l': 3, 'r': 3}
-- {'id': 4, 'l': NULL, 'r': 4}

SELECT * FROM a JOIN b USING (id) JOIN [{'id': 3, 'z': 0}] AS c USING (id);
-- {'id': 3, 'x': 'a3', 'y': 'b3', 'z': 0}

-- In a subquery the name is an attribute of its own row first.
SELECT id FROM a JOIN b USING (id) WHERE EXISTS (SELECT 1 FROM [{'id': 7}] AS c WHERE id = 7);
-- {'id': 2}
-- {'id': 3}

SELECT a.*, b.* FROM a JOIN b USING (id) WHERE id = 2;
-- {'id': 2, 'x': 'a2', 'id': 2, 'y': 'b2'}

SELECT id, COUNT(*) AS n FROM a JOIN b USING (id) GROUP BY id ORDER BY id DESC;
-- {'id': 3, 'n': 1}
-- {'id': 2, 'n': 1}

SELECT g FROM a JOIN b USING (id) WHERE id = 2 GROUP BY id GROUP AS g;
-- {'g': <<{'a': {'id': 2, 'x': 'a2'}, 'b': {'id': 2, 'y': 'b2'}}>>}

EXPLAIN SELECT a.x, b.y FROM a JOIN b USING (id);
-- text like '%Join%a.id = b.id%'

SELECT * FROM (SELECT 1 AS k, 2 AS m) AS l JOIN (SELECT 1 AS k, 2 AS m, 3 AS o) AS r USING (k, m);
-- {'k': 1, 'm': 2, 'o': 3}

SELECT * FROM (SELECT 1 AS k) AS l JOIN (SELECT 1 AS m) AS r USING (k);
-- error: ValidationException like 'USING: the right side of the join has no column "k"'

SELECT * FROM a JOIN b USING (id, id);
-- error: ValidationException like 'USING names "id" twice'

SELECT * FROM a JOIN b ON a.id = b.id JOIN a AS c USING (id);
-- error: ValidationException like 'USING: "id" may be a column of "a" and of "b"'

-- NATURAL: the columns that both sides have, which must be known.
SELECT * FROM (SELECT 1 AS k, 'l' AS v) AS l NATURAL JOIN (SELECT 1 AS k, 'r' AS w) AS r;
-- {'k': 1, 'v': 'l', 'w': 'r'}

SELECT * FROM (SELECT t.id, t.x FROM a AS t) AS l NATURAL LEFT JOIN (SELECT t.id, t.y FROM b AS t) AS r;
-- {'id': 1, 'x': 'a1', 'y': NULL}
-- {'id': 2, 'x': 'a2', 'y': 'b2'}
-- {'id': 3, 'x': 'a3', 'y': 'b3'}

SELECT * FROM (SELECT 1 AS k) AS l NATURAL JOIN (SELECT 2 AS m) AS r;
-- {'k': 1, 'm': 2}

WITH l(k, v) AS (VALUES (1, 'a'), (2, 'b')), r(k, w) AS (VALUES (2, 'c')) SELECT * FROM l NATURAL JOIN r;
-- {'k': 2, 'v': 'b', 'w': 'c'}

SELECT * FROM a NATURAL JOIN b;
-- error: ValidationException like 'NATURAL needs sides with known columns, and the table "a" has none'

SELECT * FROM a NATURAL JOIN b ON a.id = b.id;
-- error: ValidationException

-- Names for columns.
SELECT x.c, x.d FROM (SELECT t.id, t.x FROM a AS t WHERE t.id = 1) AS x(c, d);
-- {'c': 1, 'd': 'a1'}

SELECT c + d AS s FROM (VALUES (1, 2), (3, 4)) AS x(c, d);
-- {'s': 3}
-- {'s': 7}

SELECT v * 2 AS w FROM range(1, 2) AS r(v);
-- {'w': 2}
-- {'w': 4}

SELECT p, q FROM [[1, 2], [3, 4]] AS x(p, q);
-- {'p': 1, 'q': 2}
-- {'p': 3, 'q': 4}

SELECT t.id, y.e FROM [{'id': 1, 'l': [5, 6]}] AS t, t.l AS y(e);
-- {'id': 1, 'e': 5}
-- {'id': 1, 'e': 6}

WITH s AS (SELECT 1 AS u, 2 AS v) SELECT c, d FROM s AS q(c, d);
-- {'c': 1, 'd': 2}

SELECT c FROM (SELECT 1 AS u, 2 AS v) AS x(c);
-- error: ValidationException like '1 names for 2 columns'

SELECT c FROM a AS x(c, d);
-- error: ValidationException like 'the attributes of a table%'

-- QUALIFY filters by what windows give.
SELECT t.k, t.v FROM [{'k': 1, 'v': 5}, {'k': 1, 'v': 7}, {'k': 2, 'v': 3}] AS t
QUALIFY ROW_NUMBER() OVER (PARTITION BY t.k ORDER BY t.v DESC) = 1;
-- {'k': 1, 'v': 7}
-- {'k': 2, 'v': 3}

SELECT t.k, t.v, RANK() OVER w AS r FROM [{'k': 1, 'v': 5}, {'k': 1, 'v': 7}, {'k': 2, 'v': 3}] AS t
WINDOW w AS (ORDER BY t.v) QUALIFY r > 1 ORDER BY r;
-- {'k': 1, 'v': 5, 'r': 2}
-- {'k': 1, 'v': 7, 'r': 3}

SELECT t.k, SUM(t.v) AS s FROM [{'k': 1, 'v': 5}, {'k': 1, 'v': 7}, {'k': 2, 'v': 3}] AS t
GROUP BY t.k QUALIFY RANK() OVER (ORDER BY SUM(t.v) DESC) = 1;
-- {'k': 1, 's': 12}

SELECT t FROM [1] AS t QUALIFY t = 1;
-- error: ValidationException like 'QUALIFY is about window functions, and the query has none'

-- FETCH, OFFSET ... ROWS, WITH TIES.
SELECT VALUE v FROM range(1, 9) AS v ORDER BY v OFFSET 2 ROWS FETCH FIRST 3 ROWS ONLY;
-- 3
-- 4
-- 5

SELECT VALUE v FROM range(1, 9) AS v ORDER BY v FETCH NEXT ROW ONLY;
-- 1

SELECT VALUE t.v FROM [{'v': 2}, {'v': 1}, {'v': 2}, {'v': 3}] AS t ORDER BY t.v FETCH FIRST 2 ROWS WITH TIES;
-- 1
-- 2
-- 2

SELECT VALUE t.v FROM [{'v': 2}, {'v': 1}, {'v': 2}, {'v': 3}] AS t ORDER BY t.v OFFSET 1 ROW FETCH FIRST 1 ROW WITH TIES;
-- 2
-- 2

SELECT a.id FROM a ORDER BY a.id FETCH FIRST 9 ROWS WITH TIES;
-- {'id': 1}
-- {'id': 2}
-- {'id': 3}

SELECT a.id FROM a ORDER BY a.id FETCH FIRST 0 ROWS WITH TIES;
-- rows: 0

(SELECT a.id % 2 AS m FROM a UNION ALL SELECT a.id % 2 AS m FROM a) ORDER BY m FETCH FIRST 1 ROW WITH TIES;
-- {'m': 0}
-- {'m': 0}

EXPLAIN SELECT a.id FROM a ORDER BY a.x FETCH FIRST 2 ROWS WITH TIES;
-- text like '%Limit%with ties: a.x%'

SELECT a.id FROM a FETCH FIRST 2 ROWS WITH TIES;
-- error: ValidationException like 'WITH TIES needs an ORDER BY%'

SELECT a.id FROM a LIMIT 1 FETCH FIRST 2 ROWS ONLY;
-- error: ValidationException like 'a query has LIMIT or FETCH, not both'

SELECT a.id FROM a FETCH LAST 2 ROWS ONLY;
-- error: ValidationException like 'expected FIRST after FETCH'

-- The words are names elsewhere.
SELECT VALUE {'fetch': 1, 'using': 2, 'natural': 3, 'qualify': 4}.using;
-- 2

SELECT fetch, t.natural, "using" FROM [{'fetch': 1, 'using': 2, 'natural': 3}] AS t;
-- {'fetch': 1, 'natural': 3, 'using': 2}

SET dialect = dynamodb;
SELECT id FROM a FETCH FIRST 1 ROW ONLY;
-- error: ValidationException

SELECT * FROM a JOIN b USING (id);
-- error: ValidationException

SELECT id FROM a QUALIFY id = 1;
-- error: ValidationException
