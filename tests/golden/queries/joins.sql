-- Inner, left and cross joins, by key and by anything.

CREATE TABLE customers (id NUMBER, PRIMARY KEY (id));
CREATE TABLE sales (id NUMBER, customer NUMBER, PRIMARY KEY (id), GLOBAL INDEX by_customer (customer, id));
INSERT INTO customers << {'id': 1, 'name': 'Ines'}, {'id': 2, 'name': 'Jonah'}, {'id': 3, 'name': 'Priya'} >>;
INSERT INTO sales <<
  {'id': 10, 'customer': 1, 'sum': 5}, {'id': 11, 'customer': 1, 'sum': 7}, {'id': 12, 'customer': 2, 'sum': 9},
  {'id': 13, 'customer': 99, 'sum': 1}, {'id': 14, 'sum': 2}
>>;

SELECT c.name, s.sum FROM customers AS c JOIN sales AS s ON s.customer = c.id;
-- {'name': 'Ines', 'sum': 5}
-- {'name': 'Ines', 'sum': 7}
-- {'name': 'Jonah', 'sum': 9}

SELECT c.name, s.sum FROM customers AS c INNER JOIN sales AS s ON s.customer = c.id AND s.sum > 5;
-- {'name': 'Ines', 'sum': 7}
-- {'name': 'Jonah', 'sum': 9}

SELECT c.name, s.id FROM customers AS c LEFT JOIN sales AS s ON s.customer = c.id;
-- {'name': 'Ines', 'id': 10}
-- {'name': 'Ines', 'id': 11}
-- {'name': 'Jonah', 'id': 12}
-- {'name': 'Priya', 'id': null}

SELECT s.id, c.name FROM sales AS s LEFT JOIN customers AS c ON c.id = s.customer WHERE s.sum < 6;
-- {'id': 10, 'name': 'Ines'}
-- {'id': 13, 'name': null}
-- {'id': 14, 'name': null}

SELECT c.id AS c, s.id AS s FROM customers AS c CROSS JOIN sales AS s WHERE c.id = 1 AND s.id >= 13;
-- {'c': 1, 's': 13}
-- {'c': 1, 's': 14}

SELECT c.id AS c, s.id AS s FROM customers AS c, sales AS s WHERE c.id = s.customer AND c.name = 'Jonah';
-- {'c': 2, 's': 12}

-- Non-equal, self and three-way joins.
SELECT a.id AS a, b.id AS b FROM customers AS a JOIN customers AS b ON a.id < b.id;
-- {'a': 1, 'b': 2}
-- {'a': 1, 'b': 3}
-- {'a': 2, 'b': 3}

SELECT a.name AS a, s.id AS s, b.name AS b
FROM customers AS a JOIN sales AS s ON s.customer = a.id JOIN customers AS b ON b.id = s.id - 9;
-- {'a': 'Ines', 's': 10, 'b': 'Ines'}
-- {'a': 'Ines', 's': 11, 'b': 'Jonah'}
-- {'a': 'Jonah', 's': 12, 'b': 'Priya'}

SELECT COUNT(*) AS n FROM customers AS c, sales AS s;
-- {'n': 15}

SELECT c.name, COUNT(s.id) AS n, SUM(s.sum) AS total
FROM customers AS c LEFT JOIN sales AS s ON s.customer = c.id GROUP BY c.name ORDER BY c.name;
-- ordered
-- {'name': 'Ines', 'n': 2, 'total': 12}
-- {'name': 'Jonah', 'n': 1, 'total': 9}
-- {'name': 'Priya', 'n': 0, 'total': null}

-- In strict typing a further term of ON is evaluated also where the key is NULL: the plan does not hide its error.
CREATE TABLE strict_right (k NUMBER, PRIMARY KEY (k));
INSERT INTO strict_right << {'k': 1, 'v': 'text'} >>;
SET typing = strict;
SELECT l.k FROM <<{'k': NULL}>> AS l LEFT JOIN strict_right AS r ON l.k = r.k AND r.v > 5;
-- error: ValidationException like '%no order%'
SELECT l.k FROM <<{'k': 1}>> AS l JOIN strict_right AS r ON l.k = r.k;
-- {'k': 1}
SET memory_limit = 4096;
SELECT COUNT(*) AS c FROM <<{'k': 1, 'v': 2}>> AS l JOIN range(1, 3000) AS a ON a = l.k AND l.v > 1;
-- {'c': 1}
SELECT COUNT(*) AS c FROM <<{'k': 1, 'v': 2}, {'k': NULL, 'v': 2}>> AS l JOIN range(1, 3000) AS a ON a = l.k AND l.v > 1;
-- error: OutOfMemory like '%strict typing%'
SET memory_limit = DEFAULT;
SET typing = permissive;
