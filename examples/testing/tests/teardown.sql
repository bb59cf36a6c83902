-- Runs after each script of this directory: what no test may leave behind.

SET scan = allow;
SELECT COUNT(*) AS n FROM employees WHERE locked = true;
-- {'n': 0}
