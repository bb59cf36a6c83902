-- GROUP BY, HAVING, the aggregates, and how they treat NULL and MISSING.

CREATE TABLE sales (id NUMBER, PRIMARY KEY (id));
INSERT INTO sales <<
  {'id': 1, 'shop': 'a', 'sum': 10, 'kind': 'x'},
  {'id': 2, 'shop': 'a', 'sum': 20, 'kind': 'y'},
  {'id': 3, 'shop': 'b', 'sum': 5.5, 'kind': 'x'},
  {'id': 4, 'shop': 'b', 'sum': null, 'kind': 'x'},
  {'id': 5, 'shop': 'b'},
  {'id': 6, 'sum': 1}
>>;

SELECT COUNT(*) AS n, COUNT(s.sum) AS sums, SUM(s.sum) AS total, MIN(s.sum) AS low, MAX(s.sum) AS high FROM sales AS s;
-- {'n': 6, 'sums': 4, 'total': 36.5, 'low': 1, 'high': 20}

SELECT AVG(s.sum) AS mean FROM sales AS s WHERE s.shop = 'a';
-- {'mean': 15}

SELECT s.shop, COUNT(*) AS n, SUM(s.sum) AS total FROM sales AS s GROUP BY s.shop;
-- {'shop': 'a', 'n': 2, 'total': 30}
-- {'shop': 'b', 'n': 3, 'total': 5.5}
-- {'shop': null, 'n': 1, 'total': 1}

SELECT s.shop, COUNT(*) AS n FROM sales AS s GROUP BY s.shop HAVING COUNT(*) > 1;
-- {'shop': 'a', 'n': 2}
-- {'shop': 'b', 'n': 3}

SELECT s.shop AS shop, s.kind AS kind, COUNT(*) AS n FROM sales AS s WHERE s.kind IS NOT MISSING GROUP BY s.shop, s.kind;
-- {'shop': 'a', 'kind': 'x', 'n': 1}
-- {'shop': 'a', 'kind': 'y', 'n': 1}
-- {'shop': 'b', 'kind': 'x', 'n': 2}

SELECT big, COUNT(*) AS n FROM sales AS s WHERE s.sum IS NOT NULL GROUP BY s.sum > 5 AS big;
-- {'big': true, 'n': 3}
-- {'big': false, 'n': 1}

SELECT COUNT(DISTINCT s.shop) AS shops FROM sales AS s;
-- {'shops': 2}

SELECT SUM(s.sum) AS total, COUNT(*) AS n, MAX(s.sum) AS high FROM sales AS s WHERE s.id > 100;
-- {'total': null, 'n': 0, 'high': null}

SELECT s.shop, SUM(s.sum) AS total FROM sales AS s WHERE s.id > 100 GROUP BY s.shop;
-- rows: 0

SELECT COUNT(*) + 1 AS more, SUM(s.sum) * 2 AS twice FROM sales AS s WHERE s.shop = 'a';
-- {'more': 3, 'twice': 60}

SELECT VALUE {'shop': shop, 'ids': (SELECT VALUE m.s.id FROM g AS m)} FROM sales AS s WHERE s.shop = 'a' GROUP BY s.shop AS shop GROUP AS g;
-- {'shop': 'a', 'ids': <<1, 2>>}

SELECT s.shop, SUM(s.sum) AS total FROM sales AS s WHERE s.shop IS NOT MISSING GROUP BY s.shop ORDER BY SUM(s.sum) DESC;
-- ordered
-- {'shop': 'a', 'total': 30}
-- {'shop': 'b', 'total': 5.5}

SELECT EVERY(s.sum > 0) AS every, ANY(s.sum > 15) AS any FROM sales AS s WHERE s.shop = 'a';
-- {'every': true, 'any': true}

COLL_SUM([1, 2, 3.5]);
-- 6.5
