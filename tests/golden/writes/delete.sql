-- DELETE by key, by condition, of everything.

CREATE TABLE d (a STRING, b NUMBER, c NUMBER, PRIMARY KEY (a, b), GLOBAL INDEX by_c (c));
INSERT INTO d SELECT VALUE {'a': 'p' || CAST(x / 4 AS STRING), 'b': x, 'c': x % 2} FROM range(0, 11) AS x WHERE x < 0;
-- affected: 0

INSERT INTO d <<
  {'a': 'x', 'b': 1, 'c': 1}, {'a': 'x', 'b': 2, 'c': 2}, {'a': 'x', 'b': 3, 'c': 1},
  {'a': 'y', 'b': 1, 'c': 2}, {'a': 'y', 'b': 2}, {'a': 'z', 'b': 1, 'c': 3}
>>;
-- affected: 6

DELETE FROM d WHERE a = 'x' AND b = 1;
-- affected: 1

DELETE FROM d WHERE a = 'x' AND b = 1;
-- affected: 0

DELETE FROM d WHERE a = 'x' AND b = 2 AND c = 99;
-- affected: 0

DELETE FROM d WHERE a = 'x';
-- affected: 2

SELECT * FROM "d"."by_c";
-- {'a': 'y', 'b': 1, 'c': 2}
-- {'a': 'z', 'b': 1, 'c': 3}

DELETE FROM d WHERE c = 3;
-- affected: 1

DELETE FROM d WHERE c IS MISSING;
-- affected: 1

DELETE FROM d WHERE nothing = 1;
-- affected: 0

DELETE FROM d;
-- affected: 1

SELECT * FROM d;
-- rows: 0

DELETE FROM nowhere;
-- error: ResourceNotFoundException
