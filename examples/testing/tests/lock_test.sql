-- Moving to another state: lock, change, unlock.

UPDATE employees SET locked = true, city = 'Portland' WHERE id = 1 AND kind = 'master' AND locked = false
RETURNING ALL OLD *;
-- affected: 1
-- {'id': 1, 'kind': 'master', 'name': 'Wendi', 'city': 'San Jose', 'locked': false}

-- Somebody else comes too late.

UPDATE employees SET locked = true, city = 'Chicago' WHERE id = 1 AND kind = 'master' AND locked = false;
-- affected: 0

DELETE FROM employees WHERE id = 1 AND kind = 'state:CA';
INSERT INTO employees VALUE {'id': 1, 'kind': 'state:OR', 'name': 'Wendi'};
UPDATE employees SET locked = false WHERE id = 1 AND kind = 'master';
-- affected: 1

SELECT VALUE name FROM "employees"."overload" WHERE kind = 'state:OR';
-- 'Wendi'

-- @check
