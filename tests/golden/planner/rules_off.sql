-- The answers stay the same with rules switched off and on.

CREATE TABLE t1 (a NUMBER, b STRING, PRIMARY KEY (a, b), GLOBAL INDEX by_b (b));
INSERT INTO t1 << {'a': 1, 'b': 'x', 'v': 1}, {'a': 1, 'b': 'y', 'v': 2}, {'a': 2, 'b': 'x', 'v': 3} >>;

SELECT VALUE v FROM t1 WHERE b = 'x' AND (a = 1 OR a = 2);
-- 1
-- 3

SET threads = 1;

SELECT VALUE v FROM t1 WHERE v > 1;
-- 2
-- 3

SET threads = 4;

SELECT VALUE v FROM t1 WHERE v > 1;
-- 2
-- 3

SELECT SUM(v) AS s FROM t1;
-- {'s': 6}
