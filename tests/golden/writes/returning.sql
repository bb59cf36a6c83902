-- RETURNING: whole items or only what changed, before or after.

CREATE TABLE r (id NUMBER, PRIMARY KEY (id));
INSERT INTO r << {'id': 1, 'a': 1, 'm': {'x': 1, 'y': 2}, 'l': [1, 2, 3]}, {'id': 2, 'a': 2} >>;

UPDATE r SET a = 10 WHERE id = 1 RETURNING ALL OLD *;
-- affected: 1
-- {'id': 1, 'a': 1, 'm': {'x': 1, 'y': 2}, 'l': [1, 2, 3]}

UPDATE r SET a = 11 WHERE id = 1 RETURNING ALL NEW *;
-- {'id': 1, 'a': 11, 'm': {'x': 1, 'y': 2}, 'l': [1, 2, 3]}

UPDATE r SET a = 12 WHERE id = 1 RETURNING MODIFIED OLD *;
-- {'a': 11}

UPDATE r SET a = 13, b = 1 WHERE id = 1 RETURNING MODIFIED NEW *;
-- {'a': 13, 'b': 1}

UPDATE r SET m.x = 5 WHERE id = 1 RETURNING MODIFIED NEW *;
-- {'m': {'x': 5}}

UPDATE r SET l[1] = 9 WHERE id = 1 RETURNING MODIFIED NEW *;
-- {'l': [9]}

UPDATE r REMOVE b WHERE id = 1 RETURNING MODIFIED OLD *;
-- {'b': 1}

UPDATE r SET a = 0 WHERE id = 99 RETURNING ALL OLD *;
-- affected: 0
-- rows: 0

UPDATE r SET a = a + 1 WHERE id > 0 RETURNING ALL NEW *;
-- affected: 2
-- {'id': 1, 'a': 14, 'm': {'x': 5, 'y': 2}, 'l': [1, 9, 3]}
-- {'id': 2, 'a': 3}

DELETE FROM r WHERE id = 2 RETURNING ALL OLD *;
-- affected: 1
-- {'id': 2, 'a': 3}

DELETE FROM r WHERE id = 2 RETURNING ALL OLD *;
-- affected: 0
-- rows: 0
