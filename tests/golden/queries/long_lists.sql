-- Long lists at the right of IN are hashed: with the same answers.

CREATE TABLE n (id NUMBER, PRIMARY KEY (id));
INSERT INTO n SELECT VALUE {'id': i, 'v': i} FROM range(1, 40) AS i;
-- affected: 40

INSERT INTO n << {'id': 100, 'v': 2.50}, {'id': 101, 'v': 3e0}, {'id': 102, 'v': 'x'}, {'id': 103, 'v': NULL}, {'id': 104},
  {'id': 105, 'v': TRUE}, {'id': 106, 'v': [1, 2]}, {'id': 107, 'v': {'a': 1.0}} >>;
-- affected: 8

SELECT VALUE id FROM n WHERE id >= 100 AND
  v IN (2.5, 3, 'x', 'y', 'z', TRUE, [1, 2.0], {'a': 1}, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j');
-- 100
-- 101
-- 102
-- 105
-- 106
-- 107

SELECT VALUE id FROM n WHERE id >= 100 AND
  v NOT IN (2.5, 3, 'x', 'y', 'z', TRUE, [1, 2.0], 'q', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j');
-- 107

-- An absent element leaves it open.
SELECT VALUE id FROM n WHERE
  v NOT IN (2.5, 3, 'x', 'y', 'z', TRUE, NULL, 'q', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j');
-- rows: 0

SELECT VALUE [id, v IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, NULL)] FROM n WHERE id IN (3, 20, 103) ORDER BY id;
-- ordered
-- [3, TRUE]
-- [20, NULL]
-- [103, NULL]

SELECT COUNT(*) AS c FROM n WHERE v IN (SELECT VALUE m.v FROM n AS m WHERE m.id < 30);
-- {'c': 30}

-- Elements that depend on the row are compared.
SELECT COUNT(*) AS c FROM n WHERE v IN (id, -1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12, -13, -14, -15, -16);
-- {'c': 40}
