-- What no row can meet reads nothing, also where literals are only known when the statement runs.

CREATE TABLE t (k NUMBER, PRIMARY KEY (k), GLOBAL INDEX by_g (g STRING));
CREATE TABLE p (h STRING, s NUMBER, PRIMARY KEY (h, s));
INSERT INTO t SELECT VALUE {'k': x, 'd': x % 3, 'g': 'g' || CAST(x % 5 AS STRING)} FROM range(1, 100) AS x;
INSERT INTO p SELECT VALUE {'h': 'h' || CAST(x % 5 AS STRING), 's': x} FROM range(1, 100) AS x;

SELECT k FROM t WHERE d = 1 AND d = 2;
-- plan: Empty
-- examined = 0
-- rows: 0

SELECT k FROM t WHERE d > 2 AND k > 0 AND d < 1;
-- plan: Empty
-- examined = 0
-- rows: 0

SELECT k FROM t WHERE d BETWEEN 3 AND 1;
-- plan: Empty
-- examined = 0
-- rows: 0

SELECT k FROM t WHERE 1 = 2;
-- plan: Empty
-- examined = 0
-- rows: 0

SELECT k FROM t WHERE d = 1 AND 1 = 2;
-- plan: Empty
-- examined = 0
-- rows: 0

-- Two that hold together.
SELECT COUNT(*) AS n FROM t WHERE d >= 1 AND d = 1 AND 1 < 2;
-- plan: Scan t
-- examined = 100
-- {'n': 34}

SELECT a.k FROM t AS a JOIN t AS b ON a.k = b.d WHERE 1 = 2;
-- plan: Empty
-- examined = 0
-- rows: 0

SELECT a.k FROM t AS a JOIN t AS b ON a.k = b.k WHERE b.d = 1 AND b.d = 2;
-- plan: Empty
-- examined = 0
-- rows: 0

SELECT COUNT(*) AS n FROM t WHERE d = 1 AND d = 2;
-- plan: Empty
-- examined = 0
-- {'n': 0}

SELECT k FROM t WHERE k = 1 AND k = 2;
-- plan: Empty
-- examined = 0
-- rows: 0

SELECT k FROM t WHERE g = 'g1' AND d = 1 AND d = 5;
-- plan: Empty
-- examined = 0
-- rows: 0

UPDATE t SET x = 1 WHERE 1 = 2;
-- affected: 0
-- examined = 0

UPDATE t SET x = 1 WHERE d = 1 AND d = 2;
-- affected: 0
-- examined = 0

DELETE FROM t WHERE 1 = 2;
-- affected: 0
-- examined = 0

-- An error of a term is an error still.
SELECT k FROM t WHERE 1 / 0 = 1 AND 1 = 1;
-- error: ValidationException

-- Ranges of partition keys: open at one end they are scans, closed at both they are not.
SET scan = deny;

SELECT * FROM t WHERE k > -1;
-- error: AccessDeniedException

SELECT * FROM t WHERE k <= 1000;
-- error: AccessDeniedException

SELECT * FROM p WHERE h > '';
-- error: AccessDeniedException

DELETE FROM t WHERE k > -1;
-- error: AccessDeniedException

UPDATE t SET x = 1 WHERE k > -1;
-- error: AccessDeniedException

SELECT COUNT(*) AS n FROM t WHERE k > 10 AND k < 15;
-- plan: RangeScan t
-- {'n': 4}

SELECT COUNT(*) AS n FROM p WHERE begins_with(h, 'h1');
-- plan: RangeScan p
-- {'n': 20}

SELECT k FROM t WHERE d = 1 AND d = 2;
-- rows: 0

SET scan = warn;

SELECT COUNT(*) AS n FROM t WHERE k > 90;
-- notice like '%open%'
-- {'n': 10}

SELECT k FROM t WHERE d = 1 AND d = 2;
-- notices = 0
-- rows: 0

SET scan = allow;

-- NaN is neither less nor greater, so that NOT of a comparison with it is true.
SELECT COUNT(*) AS n FROM t WHERE NOT (k < `nan`);
-- {'n': 100}

SELECT COUNT(*) AS n FROM t WHERE NOT (k >= `nan`) AND NOT (`nan` > k) AND NOT (NOT (NOT (d <= `nan`)));
-- {'n': 100}

SELECT COUNT(*) AS n FROM t WHERE k < `nan` OR k >= `nan` OR k BETWEEN `nan` AND 5 OR k BETWEEN 5 AND `nan` OR k = `nan` OR k IN [`nan`];
-- {'n': 0}

SELECT COUNT(*) AS n FROM t WHERE NOT (k BETWEEN `nan` AND 5) AND k NOT IN [`nan`, 1] AND k <> `nan`;
-- {'n': 99}

SELECT VALUE x FROM [1, `nan`, 3] AS x WHERE NOT (x < 2);
-- `nan`
-- 3

SELECT VALUE x.a FROM [{'a': 1}, {'a': `nan`}, {'a': 3}] AS x WHERE NOT (x.a < 2);
-- `nan`
-- 3

SELECT COUNT(*) AS n FROM t WHERE NOT (k < 90);
-- plan: RangeScan t
-- examined = 11
-- {'n': 11}
