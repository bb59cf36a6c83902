-- ANY, SOME, ALL; IS DISTINCT FROM; rows.

CREATE TABLE t (id NUMBER, PRIMARY KEY (id));
INSERT INTO t << {'id': 1, 'x': 5}, {'id': 2, 'x': 9}, {'id': 3, 'x': NULL}, {'id': 4}, {'id': 5, 'x': 7} >>;
CREATE TABLE u (id NUMBER, PRIMARY KEY (id));
INSERT INTO u << {'id': 1, 'y': 5}, {'id': 2, 'y': 7} >>;

SELECT VALUE t.id FROM t AS t WHERE t.x >= ALL (SELECT u.y FROM u AS u);
-- 2
-- 5

SELECT VALUE t.id FROM t AS t WHERE t.x > ANY (SELECT u.y FROM u AS u);
-- 2
-- 5

SELECT VALUE t.id FROM t AS t WHERE t.x = ANY (SELECT u.y FROM u AS u);
-- 1
-- 5

SELECT VALUE t.id FROM t AS t WHERE t.x = SOME (SELECT VALUE u.y FROM u AS u);
-- 1
-- 5

SELECT VALUE t.id FROM t AS t WHERE t.x <> ALL (SELECT u.y FROM u AS u);
-- 2

-- Over nothing ANY is false and ALL is true, also for an absent value.
SELECT VALUE t.id FROM t AS t WHERE t.x < ANY (SELECT u.y FROM u AS u WHERE u.id > 9);
-- rows: 0

SELECT VALUE t.id FROM t AS t WHERE t.x < ALL (SELECT u.y FROM u AS u WHERE u.id > 9);
-- rows: 5

-- Correlated.
SELECT VALUE t.id FROM t AS t WHERE t.x >= ALL (SELECT o.x FROM t AS o WHERE o.id <= t.id AND o.x IS NOT NULL);
-- 1
-- 2

-- Collections, lists of values; SQL's three values.
SELECT VALUE [5 > ALL ([1, 2]), 5 > ALL (1, 9), 5 = ANY (4, 5), 5 <> ANY <<5>>, 5 < ANY [6, NULL], 5 > ALL [6, NULL],
  5 < ALL [6, NULL] IS NULL, 5 > ANY [6, NULL] IS NULL, NULL = ANY [] , NULL < ALL [], (MISSING < ALL [1]) IS MISSING];
-- error: ValidationException

SELECT VALUE [5 > ALL ([1, 2]), 5 > ALL (1, 9), 5 = ANY (4, 5), 5 <> ANY (<<5>>), 5 < ANY ([6, NULL]), 5 > ALL ([6, NULL]),
  (5 < ALL ([6, NULL])) IS NULL, (5 > ANY ([6, NULL])) IS NULL, NULL = ANY ([]) , NULL < ALL ([]), (MISSING < ALL ([1])) IS MISSING];
-- [true, false, true, false, true, false, true, true, false, true, true]

SELECT VALUE t.id FROM t AS t WHERE t.x > ALL (5);
-- rows: 0

SELECT VALUE 5 > ANY (MISSING) IS MISSING;
-- true

-- = ANY and <> ALL are IN and NOT IN: the same plans.
EXPLAIN SELECT VALUE t.id FROM t AS t WHERE t.x = ANY (SELECT u.y FROM u AS u);
-- text like '%SemiJoin%'

EXPLAIN SELECT VALUE t.id FROM t AS t WHERE t.x <> ALL (SELECT u.y FROM u AS u);
-- text like '%AntiJoin%'

SELECT VALUE t.x FROM t AS t WHERE t.id = ANY (1, 2);
-- plan: BatchGet t
-- 5
-- 9

EXPLAIN SELECT VALUE t.id FROM t AS t WHERE t.x > ALL (SELECT u.y FROM u AS u);
-- text like '%t.x > ALL (subquery)%'

-- The aggregates of the same name stay what they are.
SELECT ANY(v > 2) AS a, EVERY(v > 2) AS e FROM [1, 2, 3] AS v;
-- {'a': true, 'e': false}

SET typing = strict;
SELECT VALUE 5 > ANY ([1, 'a', 2]);
-- true

SELECT VALUE 0 > ANY ([1, 'a', 2]);
-- error: ValidationException like 'values of these types have no order'

SELECT VALUE 5 > ANY (7);
-- error: ValidationException like 'ANY and ALL take a collection'
SET typing = DEFAULT;

-- IS DISTINCT FROM: NULL and MISSING are the same, and the answer is never unknown.
SELECT VALUE [1 IS DISTINCT FROM 2, 1 IS DISTINCT FROM 1.0, NULL IS DISTINCT FROM 1, NULL IS DISTINCT FROM NULL,
  NULL IS DISTINCT FROM MISSING, 1 IS NOT DISTINCT FROM 1, NULL IS NOT DISTINCT FROM NULL, 5 IS DISTINCT FROM 'a'];
-- [true, false, true, false, false, true, true, true]

SELECT VALUE t.id FROM t AS t WHERE t.x IS DISTINCT FROM 5;
-- 2
-- 3
-- 4
-- 5

SELECT VALUE t.id FROM t AS t WHERE t.x IS NOT DISTINCT FROM NULL;
-- 3
-- 4

SELECT VALUE t.x FROM t AS t WHERE t.id IS NOT DISTINCT FROM 2;
-- plan: GetItem t
-- 9

SELECT a.id AS a, b.id AS b FROM t AS a JOIN t AS b ON a.x IS NOT DISTINCT FROM b.x AND a.id < b.id;
-- {'a': 3, 'b': 4}

EXPLAIN SELECT a.id FROM t AS a JOIN t AS b ON a.x IS NOT DISTINCT FROM b.x;
-- text like '%HashJoin%'

EXPLAIN SELECT a.id FROM t AS a WHERE a.x IS DISTINCT FROM a.id;
-- text like '%filter: a.x IS DISTINCT FROM a.id%'

-- Rows: element by element, the first that differ decide; NULL is unknown.
SELECT VALUE [(1, 2) < (1, 3), (1, 2) >= (1, 2), (2, 0) > (1, 9), (1, 2) <= (1, 1), (1, NULL) < (2, 0), (1, 2) < (1, 2),
  ((1, 2), 3) < ((1, 3), 0), (1, 2) <> (1, 3), (1, NULL) <> (2, NULL)];
-- [true, true, true, false, true, false, true, true, true]

SELECT VALUE [(1, NULL) < (1, 3), (1, NULL) = (1, NULL), (NULL, 1) <= (1, 2), (1, NULL) IN ((1, 2)), (1, NULL) IN ((2, 3))];
-- [NULL, NULL, NULL, NULL, false]

SELECT VALUE (1, 'a') < (1, 2) IS MISSING;
-- true

SELECT VALUE (1, 2) < (1, 2, 3);
-- error: ValidationException like 'a row of 2 values cannot be compared with one of 3'

SELECT VALUE (1, 2) IN ((1, 2, 3));
-- error: ValidationException like 'a row of 2 values cannot be compared with one of 3'

SELECT VALUE [(2, 5) BETWEEN (1, 9) AND (2, 5), (2, 5) NOT BETWEEN (2, 6) AND (9, 0), (1, 2) < ANY ([(0, 9), (1, 3)]),
  (1, 2) >= ALL ([(0, 9), (1, 3)])];
-- [true, true, true, false]

CREATE TABLE p (pk STRING, sk NUMBER, PRIMARY KEY (pk, sk));
INSERT INTO p << {'pk': 'a', 'sk': 1}, {'pk': 'a', 'sk': 2}, {'pk': 'b', 'sk': 1}, {'pk': 'b', 'sk': 2}, {'pk': 'c', 'sk': 1} >>;

SELECT p.pk, p.sk FROM p AS p WHERE (p.pk, p.sk) > ('a', 1) AND (p.pk, p.sk) <= ('b', 1);
-- {'pk': 'a', 'sk': 2}
-- {'pk': 'b', 'sk': 1}

EXPLAIN SELECT p.pk FROM p AS p WHERE (p.pk, p.sk) > ('a', 1);
-- text like '%RangeScan p%key: (pk, sk) > (''a'', 1)%'

EXPLAIN SELECT p.pk FROM p AS p WHERE p.pk = 'a' AND (p.sk, p.x) < (2, 0);
-- text like '%Query p%key: pk = ''a'' AND sk <= 2%filter: (p.sk, p.x) < (2, 0)%'

SELECT p.pk, p.sk FROM p AS p WHERE ('b', 2) <= (p.pk, p.sk);
-- {'pk': 'b', 'sk': 2}
-- {'pk': 'c', 'sk': 1}

SELECT p.sk FROM p AS p WHERE (p.pk, p.sk) = ('b', 2);
-- plan: GetItem p
-- {'sk': 2}

SELECT p.pk, p.sk FROM p AS p WHERE (p.pk, p.sk) IN (('b', 2), ('a', 1), ('z', 0));
-- plan: BatchGet p
-- {'pk': 'a', 'sk': 1}
-- {'pk': 'b', 'sk': 2}

SELECT p.pk, p.sk FROM p AS p WHERE (p.pk, p.sk) NOT IN (('b', 2), ('a', 1), ('z', 0));
-- {'pk': 'a', 'sk': 2}
-- {'pk': 'b', 'sk': 1}
-- {'pk': 'c', 'sk': 1}

SELECT p.pk, p.sk FROM p AS p WHERE (p.sk, p.pk) IN (SELECT q.sk, q.pk FROM p AS q WHERE q.pk = 'b');
-- {'pk': 'b', 'sk': 1}
-- {'pk': 'b', 'sk': 2}

SELECT p.pk, p.sk FROM p AS p WHERE (p.sk, p.pk) NOT IN (SELECT q.sk, q.pk FROM p AS q WHERE q.pk <> 'b');
-- {'pk': 'b', 'sk': 1}
-- {'pk': 'b', 'sk': 2}

SELECT p.pk, p.sk FROM p AS p WHERE (p.pk, p.sk) >= (SELECT MAX(q.pk) AS a, 1 AS b FROM p AS q);
-- {'pk': 'c', 'sk': 1}

SELECT p.pk, p.sk FROM p AS p WHERE (p.pk, p.sk) = ANY (SELECT q.pk, q.sk FROM p AS q WHERE q.sk = 2);
-- {'pk': 'a', 'sk': 2}
-- {'pk': 'b', 'sk': 2}

DELETE FROM p WHERE (pk, sk) < ('b', 1);
-- affected: 2

UPDATE p SET seen = true WHERE (pk, sk) IS NOT DISTINCT FROM ('b', 1);
-- affected: 1

SET dialect = dynamodb;
SELECT pk FROM p WHERE pk = 'a' AND sk = ANY (1, 2);
-- error: ValidationException

SELECT pk FROM p WHERE pk = 'a' AND sk IS NOT DISTINCT FROM 1;
-- error: ValidationException

SELECT pk FROM p WHERE pk = 'a' AND sk > ALL (1, 2);
-- error: ValidationException
