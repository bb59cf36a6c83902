-- The access paths that this schema was made for: a change that loses one fails here.

SELECT name FROM "employees"."overload" WHERE kind = 'state:WA';
-- plan: Query employees.overload
-- examined = 1
-- {'name': 'Alice'}

SELECT kind FROM employees WHERE id = 1;
-- plan: Query employees
-- rows: 2

-- No statement of ours may scan.

SET scan = deny;

SELECT * FROM employees WHERE city = 'Seattle';
-- error: AccessDeniedException
