-- Subqueries in UPDATE, UPSERT and DELETE are planned, guarded and counted as those of queries, and evaluated before
-- the write.
CREATE TABLE t (id NUMBER, PRIMARY KEY (id));
CREATE TABLE u (id NUMBER, PRIMARY KEY (id));
INSERT INTO t << {'id': 1, 'a': 10}, {'id': 2, 'a': 20}, {'id': 3, 'a': 30} >>;
INSERT INTO u SELECT VALUE {'id': n, 'k': n * 2} FROM range(1, 3000) AS n;
SET capacity = on;

-- Three items by their keys: 1.5 units, as in the same query; half a unit for the scan of t.
SELECT t.id, (SELECT x.k FROM u AS x WHERE x.id = t.id) AS b FROM t;
-- rcu = 2
-- {'id': 1, 'b': 2}
-- {'id': 2, 'b': 4}
-- {'id': 3, 'b': 6}

UPDATE t SET b = (SELECT x.k FROM u AS x WHERE x.id = t.id);
-- affected: 3
-- rcu = 2
-- wcu = 3
-- examined = 6

SELECT VALUE t.b FROM t ORDER BY id;
-- 2
-- 4
-- 6

-- A guard against scans sees them.
SET scan = deny;
UPDATE t SET b = (SELECT x.k FROM u AS x WHERE x.id = t.id) WHERE id = 1;
-- affected: 1

UPDATE t SET b = (SELECT x.id FROM u AS x WHERE x.k = t.id) WHERE id = 1;
-- error: AccessDeniedException like 'the statement scans the whole of u'

UPDATE t SET a = 1 WHERE id = 1 AND EXISTS (SELECT 1 FROM u AS x WHERE x.k = 3);
-- error: AccessDeniedException like 'the statement scans the whole of u'

DELETE FROM t WHERE id = 1 AND a > (SELECT MAX(x.k) AS m FROM u AS x);
-- error: AccessDeniedException like 'the statement scans the whole of u'

UPSERT t SET a = (SELECT MAX(x.k) AS m FROM u AS x) WHERE id = 1;
-- error: AccessDeniedException like 'the statement scans the whole of u'

INSERT INTO t VALUE {'id': 9, 'a': (SELECT MAX(x.k) AS m FROM u AS x)};
-- error: AccessDeniedException like 'the statement scans the whole of u'

SET scan = allow;

-- What is added to is the item as it is when it is written; only the subquery's value comes from before.
UPDATE t SET a = a + (SELECT x.k FROM u AS x WHERE x.id = 5) WHERE id = 1 RETURNING ALL NEW *;
-- {'id': 1, 'a': 20, 'b': 2}

-- In WHERE: by key, by semi-join, negated, against an aggregate of the rest.
UPDATE t SET c = 'x' WHERE id = (SELECT x.id FROM u AS x WHERE x.id = 2);
-- affected: 1
UPDATE t SET c = 'y' WHERE a IN (SELECT VALUE x.k FROM u AS x) AND b > 3;
-- affected: 2
DELETE FROM t WHERE NOT EXISTS (SELECT 1 FROM u AS x WHERE x.k = t.a AND x.id > 10) RETURNING ALL OLD *;
-- {'id': 1, 'a': 20, 'b': 2}
-- {'id': 2, 'a': 20, 'b': 4, 'c': 'y'}
UPDATE t SET top = true WHERE a = (SELECT MAX(y.a) AS m FROM t AS y);
-- affected: 1
SELECT * FROM t;
-- {'id': 3, 'a': 30, 'b': 6, 'c': 'y', 'top': true}

-- Of two branches only the one that is taken is evaluated, in strict typing too.
SET typing = 'strict';
UPDATE t SET d = CASE WHEN id = 3 THEN 1 ELSE (SELECT x.k FROM u AS x) END WHERE id = 3;
-- affected: 1
UPDATE t SET d = (SELECT x.k FROM u AS x WHERE x.id < 3) WHERE id = 3;
-- error: ValidationException like '%more than one row%'
SET typing = 'permissive';

-- UPSERT by key: the item may not be there.
UPSERT t SET e = (SELECT x.k FROM u AS x WHERE x.id = 4), n = if_not_exists(n, 0) + 1 WHERE id = 7;
-- affected: 1
UPSERT t SET e = CASE WHEN EXISTS (SELECT 1 FROM u AS x WHERE x.id = t.e) THEN 'there' ELSE 'not' END WHERE id = 7;
-- affected: 1
UPSERT t SET f = 1 WHERE id = 8 AND EXISTS (SELECT 1 FROM u AS x WHERE x.id = 0);
-- affected: 0
SELECT * FROM t WHERE id IN [7, 8];
-- {'id': 7, 'e': 'there', 'n': 1}

-- In a transaction they see its own writes.
BEGIN;
INSERT INTO u VALUE {'id': 0, 'k': 77};
UPDATE t SET e = (SELECT x.k FROM u AS x WHERE x.id = 0) WHERE id = 7;
COMMIT;
SELECT VALUE t.e FROM t WHERE id = 7;
-- 77

-- A set grows by what a subquery gives; a number with all its digits.
UPDATE t SET s = <<1>> WHERE id = 7;
UPDATE t SET big = 99999999999999999999999999999999999990 WHERE id = 7;
UPDATE t SET big = big + (SELECT x.id FROM u AS x WHERE x.id = 9) WHERE id = 7 RETURNING MODIFIED NEW *;
-- {'big': 99999999999999999999999999999999999999}

EXPLAIN UPDATE t SET a = a + (SELECT x.k FROM u AS x WHERE x.id = t.b) WHERE a > 3 AND c IN (SELECT VALUE x.c FROM u AS x);
-- text like '%set: a = t.a + (subquery)%computed from: b, c%'
