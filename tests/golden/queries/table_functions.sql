-- csv, json and range in FROM.

SELECT VALUE x FROM range(1, 4) AS x;
-- 1
-- 2
-- 3
-- 4

SELECT VALUE x FROM range(0, 10, 5) AS x;
-- 0
-- 5
-- 10

SELECT VALUE x FROM range(3, 1, -1) AS x;
-- 3
-- 2
-- 1

SELECT SUM(x) AS s FROM range(1, 1000) AS x;
-- {'s': 500500}

SELECT VALUE r FROM csv('${DIR}/data/people.csv', {'header': true}) AS r;
-- {'id': '1', 'name': 'Ines', 'note': 'says "hi", twice'}
-- {'id': '2', 'name': 'Jonah', 'note': ''}
-- {'id': '3', 'name': 'Priya'}

SELECT r._1 AS a, r._2 AS b FROM csv('${DIR}/data/people.csv', {'header': false}) AS r WHERE r._1 <> 'id';
-- {'a': '1', 'b': 'Ines'}
-- {'a': '2', 'b': 'Jonah'}
-- {'a': '3', 'b': 'Priya'}

SELECT CAST(r.id AS INT) + 1 AS next FROM csv('${DIR}/data/people.csv', {'header': true}) AS r WHERE r.name = 'Ines';
-- {'next': 2}

SELECT VALUE r FROM csv('${DIR}/data/semicolon.csv', {'header': true, 'delimiter': ';', 'types': {'a': 'INT'}}) AS r;
-- {'a': 1, 'b': 'x,y'}
-- {'a': 2, 'b': 'z'}

SELECT VALUE r FROM json('${DIR}/data/lines.jsonl') AS r;
-- {'id': 1, 'tags': ['a', 'b'], 'x': 1.5}
-- {'id': 2, 'nested': {'deep': null}}

SELECT VALUE r FROM json('${DIR}/data/array.json') AS r WHERE r.id > 1;
-- {'id': 2}

CREATE TABLE people (id NUMBER, PRIMARY KEY (id));
INSERT INTO people SELECT VALUE {'id': CAST(r.id AS INT), 'name': r.name} FROM csv('${DIR}/data/people.csv', {'header': true}) AS r;
-- affected: 3

SELECT VALUE name FROM people WHERE id = 3;
-- 'Priya'

SELECT * FROM csv('${DIR}/data/nothing.csv') AS r;
-- error: IoError like '%nothing.csv%'

SELECT * FROM json('${DIR}/data/people.csv') AS r;
-- error:

SELECT * FROM nonsense(1) AS r;
-- error: ValidationException like '%nonsense%'
