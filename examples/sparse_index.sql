-- A sparse index: only items that have its key attributes are in it, so that "the few among the many" is
-- read without looking at the many.

CREATE TABLE employees (id NUMBER, PRIMARY KEY (id));

INSERT INTO employees SELECT VALUE {'id': i, 'name': 'employee ' || CAST(i AS STRING)} FROM range(1, 500) AS i;
-- affected: 500

UPDATE employees SET manager = 'yes', title = 'lead' WHERE id IN (7, 70, 470);
-- affected: 3

-- Without an index every item is examined.

SELECT VALUE id FROM employees WHERE manager = 'yes';
-- plan: Scan employees
-- examined = 500
-- 7
-- 70
-- 470

-- The index is named here: by itself it is taken only where it is sure that no manager lacks a title.

CREATE INDEX managers ON employees (manager STRING, title STRING);

SELECT VALUE id FROM "employees"."managers" WHERE manager = 'yes';
-- plan: Query employees.managers
-- examined = 3
-- 7
-- 70
-- 470

-- Who is no manager any more leaves the index by himself.

UPDATE employees REMOVE manager WHERE id = 70;
-- affected: 1

SELECT VALUE id FROM "employees"."managers";
-- 7
-- 470
