-- Subqueries where PartiQL has them.

CREATE TABLE emp (id NUMBER, dept STRING, PRIMARY KEY (id), GLOBAL INDEX by_dept (dept));
CREATE TABLE dept (name STRING, PRIMARY KEY (name));
INSERT INTO emp <<
  {'id': 1, 'dept': 'a', 'pay': 10}, {'id': 2, 'dept': 'a', 'pay': 20}, {'id': 3, 'dept': 'b', 'pay': 30}, {'id': 4, 'pay': 5}
>>;
INSERT INTO dept << {'name': 'a', 'boss': 2}, {'name': 'b', 'boss': 3}, {'name': 'c', 'boss': 9} >>;

SELECT VALUE d.name FROM dept AS d WHERE EXISTS (SELECT 1 FROM emp AS e WHERE e.dept = d.name);
-- 'a'
-- 'b'

SELECT VALUE d.name FROM dept AS d WHERE NOT EXISTS (SELECT 1 FROM emp AS e WHERE e.dept = d.name);
-- 'c'

SELECT VALUE d.name FROM dept AS d WHERE d.boss IN (SELECT VALUE e.id FROM emp AS e);
-- 'a'
-- 'b'

SELECT d.name, (SELECT VALUE e.id FROM emp AS e WHERE e.dept = d.name) AS people FROM dept AS d;
-- {'name': 'a', 'people': <<1, 2>>}
-- {'name': 'b', 'people': <<3>>}
-- {'name': 'c', 'people': <<>>}

SELECT VALUE e.id FROM emp AS e WHERE e.pay > (SELECT AVG(x.pay) AS m FROM emp AS x);
-- 2
-- 3

SELECT t.dept, t.n FROM (SELECT e.dept, COUNT(*) AS n FROM emp AS e GROUP BY e.dept) AS t WHERE t.n > 1;
-- {'dept': 'a', 'n': 2}

WITH rich AS (SELECT * FROM emp AS e WHERE e.pay >= 20) SELECT VALUE r.id FROM rich AS r;
-- 2
-- 3

SELECT VALUE id FROM emp WHERE pay >= 20 UNION SELECT VALUE id FROM emp WHERE dept = 'a';
-- 1
-- 2
-- 3
