-- Each rule off, and all: the same rows. Plans show that the switch does something.

CREATE TABLE t1 (a NUMBER, b STRING, PRIMARY KEY (a, b), GLOBAL INDEX by_b (b));
INSERT INTO t1 << {'a': 1, 'b': 'x', 'v': 1}, {'a': 1, 'b': 'y', 'v': 2}, {'a': 2, 'b': 'x', 'v': 3} >>;

SELECT VALUE v FROM t1 WHERE b = 'x' AND (a = 1 OR a = 2);
-- 1
-- 3

SELECT VALUE v FROM t1 AS t WHERE NOT (NOT (t.v > 1 + 1) AND t.b = 'x');
-- 2
-- 3

SELECT t.v AS v, u.v AS w FROM t1 AS t JOIN t1 AS u ON t.a = u.a WHERE u.b = 'y';
-- {'v': 1, 'w': 2}
-- {'v': 2, 'w': 2}

SELECT VALUE t.v FROM t1 AS t WHERE EXISTS (SELECT * FROM t1 AS u WHERE u.a = t.a AND u.v > t.v);
-- 1

SELECT VALUE t.v FROM t1 AS t WHERE t.v NOT IN (SELECT VALUE u.a FROM t1 AS u);
-- 3

SELECT t.v, (SELECT COUNT(*) AS n FROM t1 AS u WHERE u.b = t.b) AS n FROM t1 AS t;
-- {'v': 1, 'n': 2}
-- {'v': 2, 'n': 1}
-- {'v': 3, 'n': 2}

SELECT VALUE v FROM t1 WHERE v = 1 AND v = 2;
-- rows: 0

SELECT VALUE v FROM t1 ORDER BY v DESC LIMIT 2;
-- 3
-- 2

SELECT SUM(v) AS s FROM t1;
-- {'s': 6}

SET rule_unnest_subqueries = off;

SELECT VALUE v FROM t1 WHERE b = 'x' AND (a = 1 OR a = 2);
-- 1
-- 3

SELECT VALUE v FROM t1 AS t WHERE NOT (NOT (t.v > 1 + 1) AND t.b = 'x');
-- 2
-- 3

SELECT t.v AS v, u.v AS w FROM t1 AS t JOIN t1 AS u ON t.a = u.a WHERE u.b = 'y';
-- {'v': 1, 'w': 2}
-- {'v': 2, 'w': 2}

SELECT VALUE t.v FROM t1 AS t WHERE EXISTS (SELECT * FROM t1 AS u WHERE u.a = t.a AND u.v > t.v);
-- 1

SELECT VALUE t.v FROM t1 AS t WHERE t.v NOT IN (SELECT VALUE u.a FROM t1 AS u);
-- 3

SELECT t.v, (SELECT COUNT(*) AS n FROM t1 AS u WHERE u.b = t.b) AS n FROM t1 AS t;
-- {'v': 1, 'n': 2}
-- {'v': 2, 'n': 1}
-- {'v': 3, 'n': 2}

SELECT VALUE v FROM t1 WHERE v = 1 AND v = 2;
-- rows: 0

SELECT VALUE v FROM t1 ORDER BY v DESC LIMIT 2;
-- 3
-- 2

SELECT SUM(v) AS s FROM t1;
-- {'s': 6}

SET rule_unnest_subqueries = on;

SET rule_decorrelate_aggregates = off;

SELECT VALUE v FROM t1 WHERE b = 'x' AND (a = 1 OR a = 2);
-- 1
-- 3

SELECT VALUE v FROM t1 AS t WHERE NOT (NOT (t.v > 1 + 1) AND t.b = 'x');
-- 2
-- 3

SELECT t.v AS v, u.v AS w FROM t1 AS t JOIN t1 AS u ON t.a = u.a WHERE u.b = 'y';
-- {'v': 1, 'w': 2}
-- {'v': 2, 'w': 2}

SELECT VALUE t.v FROM t1 AS t WHERE EXISTS (SELECT * FROM t1 AS u WHERE u.a = t.a AND u.v > t.v);
-- 1

SELECT VALUE t.v FROM t1 AS t WHERE t.v NOT IN (SELECT VALUE u.a FROM t1 AS u);
-- 3

SELECT t.v, (SELECT COUNT(*) AS n FROM t1 AS u WHERE u.b = t.b) AS n FROM t1 AS t;
-- {'v': 1, 'n': 2}
-- {'v': 2, 'n': 1}
-- {'v': 3, 'n': 2}

SELECT VALUE v FROM t1 WHERE v = 1 AND v = 2;
-- rows: 0

SELECT VALUE v FROM t1 ORDER BY v DESC LIMIT 2;
-- 3
-- 2

SELECT SUM(v) AS s FROM t1;
-- {'s': 6}

SET rule_decorrelate_aggregates = on;

SET rule_fold_constants = off;

SELECT VALUE v FROM t1 WHERE b = 'x' AND (a = 1 OR a = 2);
-- 1
-- 3

SELECT VALUE v FROM t1 AS t WHERE NOT (NOT (t.v > 1 + 1) AND t.b = 'x');
-- 2
-- 3

SELECT t.v AS v, u.v AS w FROM t1 AS t JOIN t1 AS u ON t.a = u.a WHERE u.b = 'y';
-- {'v': 1, 'w': 2}
-- {'v': 2, 'w': 2}

SELECT VALUE t.v FROM t1 AS t WHERE EXISTS (SELECT * FROM t1 AS u WHERE u.a = t.a AND u.v > t.v);
-- 1

SELECT VALUE t.v FROM t1 AS t WHERE t.v NOT IN (SELECT VALUE u.a FROM t1 AS u);
-- 3

SELECT t.v, (SELECT COUNT(*) AS n FROM t1 AS u WHERE u.b = t.b) AS n FROM t1 AS t;
-- {'v': 1, 'n': 2}
-- {'v': 2, 'n': 1}
-- {'v': 3, 'n': 2}

SELECT VALUE v FROM t1 WHERE v = 1 AND v = 2;
-- rows: 0

SELECT VALUE v FROM t1 ORDER BY v DESC LIMIT 2;
-- 3
-- 2

SELECT SUM(v) AS s FROM t1;
-- {'s': 6}

SET rule_fold_constants = on;

SET rule_normalize_predicates = off;

SELECT VALUE v FROM t1 WHERE b = 'x' AND (a = 1 OR a = 2);
-- 1
-- 3

SELECT VALUE v FROM t1 AS t WHERE NOT (NOT (t.v > 1 + 1) AND t.b = 'x');
-- 2
-- 3

SELECT t.v AS v, u.v AS w FROM t1 AS t JOIN t1 AS u ON t.a = u.a WHERE u.b = 'y';
-- {'v': 1, 'w': 2}
-- {'v': 2, 'w': 2}

SELECT VALUE t.v FROM t1 AS t WHERE EXISTS (SELECT * FROM t1 AS u WHERE u.a = t.a AND u.v > t.v);
-- 1

SELECT VALUE t.v FROM t1 AS t WHERE t.v NOT IN (SELECT VALUE u.a FROM t1 AS u);
-- 3

SELECT t.v, (SELECT COUNT(*) AS n FROM t1 AS u WHERE u.b = t.b) AS n FROM t1 AS t;
-- {'v': 1, 'n': 2}
-- {'v': 2, 'n': 1}
-- {'v': 3, 'n': 2}

SELECT VALUE v FROM t1 WHERE v = 1 AND v = 2;
-- rows: 0

SELECT VALUE v FROM t1 ORDER BY v DESC LIMIT 2;
-- 3
-- 2

SELECT SUM(v) AS s FROM t1;
-- {'s': 6}

SET rule_normalize_predicates = on;

SET rule_push_down_filters = off;

SELECT VALUE v FROM t1 WHERE b = 'x' AND (a = 1 OR a = 2);
-- 1
-- 3

SELECT VALUE v FROM t1 AS t WHERE NOT (NOT (t.v > 1 + 1) AND t.b = 'x');
-- 2
-- 3

SELECT t.v AS v, u.v AS w FROM t1 AS t JOIN t1 AS u ON t.a = u.a WHERE u.b = 'y';
-- {'v': 1, 'w': 2}
-- {'v': 2, 'w': 2}

SELECT VALUE t.v FROM t1 AS t WHERE EXISTS (SELECT * FROM t1 AS u WHERE u.a = t.a AND u.v > t.v);
-- 1

SELECT VALUE t.v FROM t1 AS t WHERE t.v NOT IN (SELECT VALUE u.a FROM t1 AS u);
-- 3

SELECT t.v, (SELECT COUNT(*) AS n FROM t1 AS u WHERE u.b = t.b) AS n FROM t1 AS t;
-- {'v': 1, 'n': 2}
-- {'v': 2, 'n': 1}
-- {'v': 3, 'n': 2}

SELECT VALUE v FROM t1 WHERE v = 1 AND v = 2;
-- rows: 0

SELECT VALUE v FROM t1 ORDER BY v DESC LIMIT 2;
-- 3
-- 2

SELECT SUM(v) AS s FROM t1;
-- {'s': 6}

SET rule_push_down_filters = on;

SET rule_find_contradictions = off;

SELECT VALUE v FROM t1 WHERE b = 'x' AND (a = 1 OR a = 2);
-- 1
-- 3

SELECT VALUE v FROM t1 AS t WHERE NOT (NOT (t.v > 1 + 1) AND t.b = 'x');
-- 2
-- 3

SELECT t.v AS v, u.v AS w FROM t1 AS t JOIN t1 AS u ON t.a = u.a WHERE u.b = 'y';
-- {'v': 1, 'w': 2}
-- {'v': 2, 'w': 2}

SELECT VALUE t.v FROM t1 AS t WHERE EXISTS (SELECT * FROM t1 AS u WHERE u.a = t.a AND u.v > t.v);
-- 1

SELECT VALUE t.v FROM t1 AS t WHERE t.v NOT IN (SELECT VALUE u.a FROM t1 AS u);
-- 3

SELECT t.v, (SELECT COUNT(*) AS n FROM t1 AS u WHERE u.b = t.b) AS n FROM t1 AS t;
-- {'v': 1, 'n': 2}
-- {'v': 2, 'n': 1}
-- {'v': 3, 'n': 2}

SELECT VALUE v FROM t1 WHERE v = 1 AND v = 2;
-- rows: 0

SELECT VALUE v FROM t1 ORDER BY v DESC LIMIT 2;
-- 3
-- 2

SELECT SUM(v) AS s FROM t1;
-- {'s': 6}

SET rule_find_contradictions = on;

SET rule_plan_joins = off;

SELECT VALUE v FROM t1 WHERE b = 'x' AND (a = 1 OR a = 2);
-- 1
-- 3

SELECT VALUE v FROM t1 AS t WHERE NOT (NOT (t.v > 1 + 1) AND t.b = 'x');
-- 2
-- 3

SELECT t.v AS v, u.v AS w FROM t1 AS t JOIN t1 AS u ON t.a = u.a WHERE u.b = 'y';
-- {'v': 1, 'w': 2}
-- {'v': 2, 'w': 2}

SELECT VALUE t.v FROM t1 AS t WHERE EXISTS (SELECT * FROM t1 AS u WHERE u.a = t.a AND u.v > t.v);
-- 1

SELECT VALUE t.v FROM t1 AS t WHERE t.v NOT IN (SELECT VALUE u.a FROM t1 AS u);
-- 3

SELECT t.v, (SELECT COUNT(*) AS n FROM t1 AS u WHERE u.b = t.b) AS n FROM t1 AS t;
-- {'v': 1, 'n': 2}
-- {'v': 2, 'n': 1}
-- {'v': 3, 'n': 2}

SELECT VALUE v FROM t1 WHERE v = 1 AND v = 2;
-- rows: 0

SELECT VALUE v FROM t1 ORDER BY v DESC LIMIT 2;
-- 3
-- 2

SELECT SUM(v) AS s FROM t1;
-- {'s': 6}

SET rule_plan_joins = on;

SET rule_choose_access_paths = off;

SELECT VALUE v FROM t1 WHERE b = 'x' AND (a = 1 OR a = 2);
-- 1
-- 3

SELECT VALUE v FROM t1 AS t WHERE NOT (NOT (t.v > 1 + 1) AND t.b = 'x');
-- 2
-- 3

SELECT t.v AS v, u.v AS w FROM t1 AS t JOIN t1 AS u ON t.a = u.a WHERE u.b = 'y';
-- {'v': 1, 'w': 2}
-- {'v': 2, 'w': 2}

SELECT VALUE t.v FROM t1 AS t WHERE EXISTS (SELECT * FROM t1 AS u WHERE u.a = t.a AND u.v > t.v);
-- 1

SELECT VALUE t.v FROM t1 AS t WHERE t.v NOT IN (SELECT VALUE u.a FROM t1 AS u);
-- 3

SELECT t.v, (SELECT COUNT(*) AS n FROM t1 AS u WHERE u.b = t.b) AS n FROM t1 AS t;
-- {'v': 1, 'n': 2}
-- {'v': 2, 'n': 1}
-- {'v': 3, 'n': 2}

SELECT VALUE v FROM t1 WHERE v = 1 AND v = 2;
-- rows: 0

SELECT VALUE v FROM t1 ORDER BY v DESC LIMIT 2;
-- 3
-- 2

SELECT SUM(v) AS s FROM t1;
-- {'s': 6}

SET rule_choose_access_paths = on;

SET rule_keep_top_rows = off;

SELECT VALUE v FROM t1 WHERE b = 'x' AND (a = 1 OR a = 2);
-- 1
-- 3

SELECT VALUE v FROM t1 AS t WHERE NOT (NOT (t.v > 1 + 1) AND t.b = 'x');
-- 2
-- 3

SELECT t.v AS v, u.v AS w FROM t1 AS t JOIN t1 AS u ON t.a = u.a WHERE u.b = 'y';
-- {'v': 1, 'w': 2}
-- {'v': 2, 'w': 2}

SELECT VALUE t.v FROM t1 AS t WHERE EXISTS (SELECT * FROM t1 AS u WHERE u.a = t.a AND u.v > t.v);
-- 1

SELECT VALUE t.v FROM t1 AS t WHERE t.v NOT IN (SELECT VALUE u.a FROM t1 AS u);
-- 3

SELECT t.v, (SELECT COUNT(*) AS n FROM t1 AS u WHERE u.b = t.b) AS n FROM t1 AS t;
-- {'v': 1, 'n': 2}
-- {'v': 2, 'n': 1}
-- {'v': 3, 'n': 2}

SELECT VALUE v FROM t1 WHERE v = 1 AND v = 2;
-- rows: 0

SELECT VALUE v FROM t1 ORDER BY v DESC LIMIT 2;
-- 3
-- 2

SELECT SUM(v) AS s FROM t1;
-- {'s': 6}

SET rule_keep_top_rows = on;

SET rule_push_filters_into_store = off;

SELECT VALUE v FROM t1 WHERE b = 'x' AND (a = 1 OR a = 2);
-- 1
-- 3

SELECT VALUE v FROM t1 AS t WHERE NOT (NOT (t.v > 1 + 1) AND t.b = 'x');
-- 2
-- 3

SELECT t.v AS v, u.v AS w FROM t1 AS t JOIN t1 AS u ON t.a = u.a WHERE u.b = 'y';
-- {'v': 1, 'w': 2}
-- {'v': 2, 'w': 2}

SELECT VALUE t.v FROM t1 AS t WHERE EXISTS (SELECT * FROM t1 AS u WHERE u.a = t.a AND u.v > t.v);
-- 1

SELECT VALUE t.v FROM t1 AS t WHERE t.v NOT IN (SELECT VALUE u.a FROM t1 AS u);
-- 3

SELECT t.v, (SELECT COUNT(*) AS n FROM t1 AS u WHERE u.b = t.b) AS n FROM t1 AS t;
-- {'v': 1, 'n': 2}
-- {'v': 2, 'n': 1}
-- {'v': 3, 'n': 2}

SELECT VALUE v FROM t1 WHERE v = 1 AND v = 2;
-- rows: 0

SELECT VALUE v FROM t1 ORDER BY v DESC LIMIT 2;
-- 3
-- 2

SELECT SUM(v) AS s FROM t1;
-- {'s': 6}

SET rule_push_filters_into_store = on;

SET rule_read_bytes = off;

SELECT VALUE v FROM t1 WHERE b = 'x' AND (a = 1 OR a = 2);
-- 1
-- 3

SELECT VALUE v FROM t1 AS t WHERE NOT (NOT (t.v > 1 + 1) AND t.b = 'x');
-- 2
-- 3

SELECT t.v AS v, u.v AS w FROM t1 AS t JOIN t1 AS u ON t.a = u.a WHERE u.b = 'y';
-- {'v': 1, 'w': 2}
-- {'v': 2, 'w': 2}

SELECT VALUE t.v FROM t1 AS t WHERE EXISTS (SELECT * FROM t1 AS u WHERE u.a = t.a AND u.v > t.v);
-- 1

SELECT VALUE t.v FROM t1 AS t WHERE t.v NOT IN (SELECT VALUE u.a FROM t1 AS u);
-- 3

SELECT t.v, (SELECT COUNT(*) AS n FROM t1 AS u WHERE u.b = t.b) AS n FROM t1 AS t;
-- {'v': 1, 'n': 2}
-- {'v': 2, 'n': 1}
-- {'v': 3, 'n': 2}

SELECT VALUE v FROM t1 WHERE v = 1 AND v = 2;
-- rows: 0

SELECT VALUE v FROM t1 ORDER BY v DESC LIMIT 2;
-- 3
-- 2

SELECT SUM(v) AS s FROM t1;
-- {'s': 6}

SET rule_read_bytes = on;

SET rule_parallelize = off;

SELECT VALUE v FROM t1 WHERE b = 'x' AND (a = 1 OR a = 2);
-- 1
-- 3

SELECT VALUE v FROM t1 AS t WHERE NOT (NOT (t.v > 1 + 1) AND t.b = 'x');
-- 2
-- 3

SELECT t.v AS v, u.v AS w FROM t1 AS t JOIN t1 AS u ON t.a = u.a WHERE u.b = 'y';
-- {'v': 1, 'w': 2}
-- {'v': 2, 'w': 2}

SELECT VALUE t.v FROM t1 AS t WHERE EXISTS (SELECT * FROM t1 AS u WHERE u.a = t.a AND u.v > t.v);
-- 1

SELECT VALUE t.v FROM t1 AS t WHERE t.v NOT IN (SELECT VALUE u.a FROM t1 AS u);
-- 3

SELECT t.v, (SELECT COUNT(*) AS n FROM t1 AS u WHERE u.b = t.b) AS n FROM t1 AS t;
-- {'v': 1, 'n': 2}
-- {'v': 2, 'n': 1}
-- {'v': 3, 'n': 2}

SELECT VALUE v FROM t1 WHERE v = 1 AND v = 2;
-- rows: 0

SELECT VALUE v FROM t1 ORDER BY v DESC LIMIT 2;
-- 3
-- 2

SELECT SUM(v) AS s FROM t1;
-- {'s': 6}

SET rule_parallelize = on;

-- All of them.
SET rule_unnest_subqueries = off;
SET rule_decorrelate_aggregates = off;
SET rule_fold_constants = off;
SET rule_normalize_predicates = off;
SET rule_push_down_filters = off;
SET rule_find_contradictions = off;
SET rule_plan_joins = off;
SET rule_choose_access_paths = off;
SET rule_keep_top_rows = off;
SET rule_push_filters_into_store = off;
SET rule_parallelize = off;

SELECT VALUE v FROM t1 WHERE b = 'x' AND (a = 1 OR a = 2);
-- 1
-- 3

SELECT VALUE v FROM t1 AS t WHERE NOT (NOT (t.v > 1 + 1) AND t.b = 'x');
-- 2
-- 3

SELECT t.v AS v, u.v AS w FROM t1 AS t JOIN t1 AS u ON t.a = u.a WHERE u.b = 'y';
-- {'v': 1, 'w': 2}
-- {'v': 2, 'w': 2}

SELECT VALUE t.v FROM t1 AS t WHERE EXISTS (SELECT * FROM t1 AS u WHERE u.a = t.a AND u.v > t.v);
-- 1

SELECT VALUE t.v FROM t1 AS t WHERE t.v NOT IN (SELECT VALUE u.a FROM t1 AS u);
-- 3

SELECT t.v, (SELECT COUNT(*) AS n FROM t1 AS u WHERE u.b = t.b) AS n FROM t1 AS t;
-- {'v': 1, 'n': 2}
-- {'v': 2, 'n': 1}
-- {'v': 3, 'n': 2}

SELECT VALUE v FROM t1 WHERE v = 1 AND v = 2;
-- rows: 0

SELECT VALUE v FROM t1 ORDER BY v DESC LIMIT 2;
-- 3
-- 2

SELECT SUM(v) AS s FROM t1;
-- {'s': 6}

-- And what a plan is without its rule.

SELECT VALUE v FROM t1 WHERE a = 1 AND b = 'x';
-- plan: Scan
-- 1

SET rule_choose_access_paths = on;
SET rule_push_down_filters = on;

SELECT VALUE v FROM t1 WHERE a = 1 AND b = 'x';
-- plan: GetItem
-- 1
