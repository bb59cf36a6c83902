-- SELECT lists, paths, aliases, SELECT VALUE.

CREATE TABLE docs (id NUMBER, PRIMARY KEY (id));
INSERT INTO docs <<
  {'id': 1, 'name': 'one', 'info': {'size': 10, 'tags': ['a', 'b'], 'deep': {'x': [{'y': 5}]}}},
  {'id': 2, 'name': 'two', 'info': {'size': 20}, 'Name': 'capital'},
  {'id': 3, 'name': null, 'value': 7}
>>;

SELECT * FROM docs WHERE id = 2;
-- {'id': 2, 'name': 'two', 'info': {'size': 20}, 'Name': 'capital'}

SELECT id, name FROM docs;
-- {'id': 1, 'name': 'one'}
-- {'id': 2, 'name': 'two'}
-- {'id': 3, 'name': null}

SELECT d.id AS key, d.info.size AS size FROM docs AS d;
-- {'key': 1, 'size': 10}
-- {'key': 2, 'size': 20}
-- {'key': 3}

SELECT d.info.tags[1] AS t, d.info.deep.x[0].y AS y FROM docs AS d WHERE d.id = 1;
-- {'t': 'b', 'y': 5}

SELECT VALUE d.name FROM docs AS d;
-- 'one'
-- 'two'
-- null

SELECT VALUE {'k': d.id, 'n': d.info.size} FROM docs d WHERE d.info.size > 5;
-- {'k': 1, 'n': 10}
-- {'k': 2, 'n': 20}

SELECT d.* FROM docs AS d WHERE d.id = 3;
-- {'id': 3, 'name': null, 'value': 7}

SELECT d['name'] AS a, d.info['size'] AS b FROM docs AS d WHERE d.id = 1;
-- {'a': 'one', 'b': 10}

SELECT "Name", name FROM docs WHERE id = 2;
-- {'Name': 'capital', 'name': 'two'}

SELECT "value" FROM docs WHERE id = 3;
-- {'value': 7}

SELECT id + 1 AS next, -id AS minus, id * 2.5 AS big, id % 2 AS odd FROM docs WHERE id = 3;
-- {'next': 4, 'minus': -3, 'big': 7.5, 'odd': 1}

SELECT DISTINCT d.info.size > 15 AS large FROM docs AS d WHERE d.info.size IS NOT MISSING;
-- {'large': false}
-- {'large': true}

1 + 2 * 3;
-- 7

SELECT VALUE x FROM [1, 2, 3] AS x WHERE x > 1;
-- 2
-- 3

SELECT VALUE x FROM <<3, 3, 4>> AS x;
-- 3
-- 3
-- 4

SELECT x, i FROM ['a', 'b'] AS x AT i;
-- {'x': 'a', 'i': 0}
-- {'x': 'b', 'i': 1}

SELECT VALUE d.id FROM docs AS d WHERE d.name LIKE 't%';
-- 2

SELECT nothing FROM docs WHERE id = 1;
-- {}
