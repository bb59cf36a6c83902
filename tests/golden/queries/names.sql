-- What a name means: an attribute, a column, the row, a WITH query.

CREATE TABLE votes (segment STRING, PRIMARY KEY (segment));
INSERT INTO votes << {'segment': 'a', 'votes': 4}, {'segment': 'b', 'votes': 2}, {'segment': 'c'} >>;

-- Without AS the table's name hides no attribute; before a dot, and with @, it is the row.
SELECT segment, votes FROM votes WHERE votes > 3;
-- {'segment': 'a', 'votes': 4}

SELECT SUM(votes) AS s FROM votes;
-- {'s': 6}

SELECT votes.votes FROM votes ORDER BY votes DESC NULLS LAST;
-- {'votes': 4}
-- {'votes': 2}
-- {}

SELECT VALUE @votes FROM votes WHERE segment = 'b';
-- {'segment': 'b', 'votes': 2}

SELECT votes.* FROM votes WHERE segment = 'b';
-- {'segment': 'b', 'votes': 2}

SELECT votes, COUNT(*) AS n FROM votes GROUP BY votes;
-- {'votes': 4, 'n': 1}
-- {'votes': 2, 'n': 1}
-- {'votes': NULL, 'n': 1}

SELECT VALUE v FROM votes AS v WHERE v.segment = 'c';
-- {'segment': 'c'}

-- With AS, or several sources, the name is the row.
SELECT VALUE votes FROM votes AS votes WHERE votes.segment = 'c';
-- {'segment': 'c'}

SELECT VALUE votes FROM votes, [1] AS x WHERE votes.segment = 'c';
-- {'segment': 'c'}

SELECT x.n FROM [{'n': 1}] AS x WHERE EXISTS (SELECT 1 FROM votes WHERE votes = x.n + 1);
-- {'n': 1}

UPDATE votes SET votes = votes + 1 WHERE votes = 4;
-- affected: 1

DELETE FROM votes WHERE votes = 2;
-- affected: 1

SELECT VALUE votes FROM votes;
-- 5
-- MISSING

WITH s AS (SELECT 1 AS s, 2 AS t) SELECT s, t FROM s;
-- {'s': 1, 't': 2}

WITH s AS (SELECT 1 AS a, 2 AS t) SELECT VALUE s FROM s;
-- {'a': 1, 't': 2}

-- With @ it is the variable, not a name of the select list.
SELECT x.a AS i FROM [{'a': 2}, {'a': 1}] AS x AT i ORDER BY @i DESC;
-- {'i': 1}
-- {'i': 2}

SELECT x.a AS i FROM [{'a': 2}, {'a': 1}] AS x AT i ORDER BY i DESC;
-- {'i': 2}
-- {'i': 1}

-- A WITH query may head a path.
WITH s AS ([{'a': 1}, {'a': 2}]) SELECT VALUE x FROM s[*].a AS x;
-- 1
-- 2

WITH s AS ([{'a': [7, 8]}]) SELECT VALUE x FROM s[0].a AS x;
-- 7
-- 8

WITH s AS ({'a': [7, 8]}) SELECT VALUE x FROM s.a AS x;
-- 7
-- 8

WITH s AS (SELECT VALUE v FROM [3, 4] AS v) SELECT VALUE x FROM @s AS x;
-- 3
-- 4

WITH s AS ([{'a': 1}]) SELECT VALUE x FROM @s[*].a AS x;
-- 1

WITH s AS (SELECT * FROM votes AS v) SELECT VALUE x FROM s[*].votes AS x;
-- rows: 2

WITH s AS ([{'a': [1]}]) SELECT VALUE x FROM s AS s, s.a AS x;
-- 1

WITH votes AS ([{'a': 1}]) SELECT VALUE x FROM votes[*].a AS x;
-- 1

WITH s AS ([1, 2]) SELECT VALUE s[1];
-- 2

-- An attribute of a row that an outer join made is NULL, wherever it is read.
CREATE TABLE t (k NUMBER, PRIMARY KEY (k));
INSERT INTO t << {'k': 1}, {'k': 2} >>;

SELECT a.k, b.k AS bk, b.k IS MISSING AS m FROM t AS a LEFT JOIN t AS b ON b.k = 9 WHERE b.k IS NULL;
-- {'k': 1, 'bk': NULL, 'm': false}
-- {'k': 2, 'bk': NULL, 'm': false}

SELECT a.k FROM t AS a LEFT JOIN t AS b ON b.k = 9 WHERE b.k IS MISSING;
-- rows: 0

SELECT DISTINCT x FROM t AS a LEFT JOIN t AS b ON b.k = 9 LET b.k AS x;
-- {'x': NULL}

SELECT ARRAY_AGG(b.k) AS l, COUNT(*) AS n FROM t AS a LEFT JOIN t AS b ON b.k = 9;
-- {'l': [NULL, NULL], 'n': 2}

SELECT a.k, LAG(b.k) OVER (ORDER BY a.k) IS MISSING AS m FROM t AS a LEFT JOIN t AS b ON b.k = 9;
-- {'k': 1, 'm': false}
-- {'k': 2, 'm': false}

SELECT b.k, COUNT(*) AS n FROM t AS a LEFT JOIN t AS b ON b.k = a.k + 1 GROUP BY b.k HAVING b.k IS MISSING OR b.k = 2;
-- {'k': 2, 'n': 1}

SELECT a.k, (SELECT VALUE b.k IS MISSING FROM [0] AS z) AS m FROM t AS a LEFT JOIN t AS b ON b.k = 9;
-- {'k': 1, 'm': <<false>>}
-- {'k': 2, 'm': <<false>>}

SELECT a.k, b.k AS bk, c.k AS ck FROM t AS a LEFT JOIN t AS b ON b.k = a.k + 1 LEFT JOIN t AS c ON c.k = b.k;
-- {'k': 1, 'bk': 2, 'ck': 2}
-- {'k': 2, 'bk': NULL, 'ck': NULL}

SELECT b AS whole, b.k FROM t AS a LEFT JOIN t AS b ON b.k = 9 GROUP BY b;
-- {'whole': NULL, 'k': NULL}

SELECT VALUE {'v': b.x.y.z} FROM t AS a LEFT JOIN t AS b ON b.k = a.k + 1;
-- {}
-- {'v': NULL}
