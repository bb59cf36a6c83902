-- Inner joins run in the order that costs least, whatever order they are written in.

CREATE TABLE t (k NUMBER, PRIMARY KEY (k));
CREATE TABLE s (k NUMBER, PRIMARY KEY (k));
INSERT INTO t SELECT VALUE {'k': x, 'v': x % 7} FROM range(1, 1500) AS x;
INSERT INTO s << {'k': 3, 'v': 1}, {'k': 4, 'v': 2} >>;

-- As written it would be a cross product of 2,250,000 pairs.
SELECT COUNT(*) AS n FROM t AS a, t AS b, t AS c WHERE a.k = c.k AND b.k = c.k;
-- examined <= 4500
-- {'n': 1500}

SELECT COUNT(*) AS n FROM t AS a, t AS b, t AS c, t AS d, t AS e, t AS f
WHERE a.k = f.k AND b.k = e.k AND c.k = d.k AND d.v = 1 AND a.k = b.k + 1 AND f.k = c.k;
-- examined <= 9000
-- {'n': 214}

-- More than eight: step by step.
SELECT COUNT(*) AS n FROM t AS a, t AS b, t AS c, t AS d, t AS e, t AS f, t AS g, t AS h, t AS i, t AS j
WHERE a.k = j.k AND b.k = i.k AND c.k = h.k AND d.k = g.k AND e.k = f.k AND a.k = b.k AND b.k = c.k AND c.k = d.k AND d.k = e.k;
-- examined <= 15000
-- {'n': 1500}

SET rule_order_joins = off;

SELECT COUNT(*) AS n FROM s AS a, t AS b, s AS c WHERE a.k = c.k AND b.k = c.k;
-- {'n': 2}

SET rule_order_joins = on;

SELECT COUNT(*) AS n FROM s AS a, t AS b, s AS c WHERE a.k = c.k AND b.k = c.k;
-- {'n': 2}

-- Outer joins stay where they are; the inner joins around them are ordered.
SELECT COUNT(*) AS n, COUNT(x.k) AS m FROM t AS a, t AS b LEFT JOIN s AS x ON x.k = b.k, t AS c WHERE a.k = c.k AND b.k = c.k;
-- {'n': 1500, 'm': 2}

SELECT COUNT(*) AS n FROM (t AS a LEFT JOIN s AS x ON x.k = a.k), t AS b, t AS c WHERE a.k = c.k AND b.k = c.k AND x.v IS NULL;
-- {'n': 1498}

-- What depends on a row to its left comes after it.
SELECT a.k, i FROM t AS a, t AS b, t AS c, [a.k, b.k + 1] AS i WHERE a.k = c.k AND b.k = c.k AND c.k < 3;
-- {'k': 1, 'i': 1}
-- {'k': 1, 'i': 2}
-- {'k': 2, 'i': 2}
-- {'k': 2, 'i': 3}

-- ORDER BY means what it says.
SELECT a.k FROM t AS a, t AS b, s AS c WHERE a.k = c.k AND b.k = c.k ORDER BY a.k DESC;
-- {'k': 4}
-- {'k': 3}
