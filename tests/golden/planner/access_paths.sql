-- Which path the planner takes, line by line of its table.

CREATE TABLE log (id NUMBER, PRIMARY KEY (id));
CREATE TABLE ev (user STRING, ts NUMBER, kind STRING, PRIMARY KEY (user, ts), GLOBAL INDEX by_kind (kind, ts), GLOBAL INDEX keys_only (kind) PROJECT KEYS ONLY);
INSERT INTO log << {'id': 1, 'v': 'a'}, {'id': 2, 'v': 'b'}, {'id': 3, 'v': 'a'}, {'id': 10, 'v': 'c'} >>;
INSERT INTO ev <<
  {'user': 'u1', 'ts': 1, 'kind': 'k', 'x': 1}, {'user': 'u1', 'ts': 2, 'kind': 'l', 'x': 2}, {'user': 'u1', 'ts': 3, 'kind': 'k', 'x': 3},
  {'user': 'u2', 'ts': 1, 'kind': 'k', 'x': 4}, {'user': 'u2', 'ts': 5, 'x': 5}
>>;

SELECT * FROM log WHERE id = 2;
-- plan: GetItem log
-- examined = 1
-- {'id': 2, 'v': 'b'}

SELECT * FROM log WHERE 2 = id;
-- plan: GetItem log
-- rows: 1

SELECT * FROM log WHERE id = 1 + 1;
-- plan: GetItem log
-- rows: 1

SELECT * FROM log WHERE id = 2 AND v = 'z';
-- plan: GetItem log
-- rows: 0

SELECT * FROM log WHERE id IN (1, 3, 99);
-- plan: BatchGet log
-- rows: 2

SELECT * FROM log WHERE id = 1 OR id = 3;
-- plan: BatchGet log
-- rows: 2

SELECT * FROM log WHERE id > 1 AND id <= 3;
-- plan: RangeScan log
-- examined = 2
-- rows: 2

SELECT * FROM log WHERE id BETWEEN 3 AND 100;
-- plan: RangeScan log
-- rows: 2

SELECT * FROM log WHERE v = 'a';
-- plan: Scan log
-- examined = 4
-- rows: 2

SELECT * FROM log WHERE id = 'text';
-- rows: 0

SELECT * FROM log WHERE id = 1 AND id = 1.0;
-- plan: GetItem log
-- rows: 1

SELECT * FROM log WHERE false;
-- rows: 0

SELECT * FROM log WHERE id > 5 AND id < 3;
-- plan: Empty
-- rows: 0

SELECT x FROM ev WHERE user = 'u1';
-- plan: Query ev
-- examined = 3
-- {'x': 1}
-- {'x': 2}
-- {'x': 3}

SELECT x FROM ev WHERE user = 'u1' AND ts = 2;
-- plan: GetItem ev
-- {'x': 2}

SELECT x FROM ev WHERE user = 'u1' AND ts >= 2 AND ts > 2;
-- plan: Query ev
-- examined = 1
-- {'x': 3}

SELECT x FROM ev WHERE user IN ('u1', 'u2') AND ts <= 1;
-- plan: Query ev
-- examined = 2
-- {'x': 1}
-- {'x': 4}

SELECT x FROM ev WHERE user IN ('u1', 'u2') AND ts IN (1, 2);
-- plan: BatchGet ev
-- {'x': 1}
-- {'x': 2}
-- {'x': 4}

SELECT x FROM ev WHERE kind = 'k' AND ts > 0;
-- plan: Query ev.by_kind
-- {'x': 1}
-- {'x': 3}
-- {'x': 4}

SELECT x FROM ev WHERE kind = 'k' AND ts > 1;
-- plan: Query ev.by_kind
-- examined = 1
-- {'x': 3}

SELECT user FROM ev WHERE user = 'u1' AND kind = 'k';
-- {'user': 'u1'}
-- {'user': 'u1'}

-- A pinned global index shows what it projects, and never reaches back to the table.

SELECT ts FROM "ev"."keys_only" WHERE kind = 'l';
-- plan: Query ev.keys_only
-- {'ts': 2}

SELECT x FROM "ev"."keys_only" WHERE kind = 'l';
-- error: ValidationException like '%keys_only%x%'

SELECT x FROM ev WHERE begins_with(user, 'u') AND ts = 1;
-- {'x': 1}
-- {'x': 4}

SELECT x FROM ev WHERE user LIKE 'u2%';
-- {'x': 4}
-- {'x': 5}

SELECT x FROM ev WHERE user = 'u1' OR x = 5;
-- plan: Scan ev
-- rows: 4

-- Scan guard.
SET scan = deny;

SELECT x FROM ev WHERE x = 1;
-- error: AccessDeniedException like '%scan%'

SELECT x FROM ev WHERE user = 'u2';
-- rows: 2

SET scan = warn;

SELECT x FROM ev WHERE x = 1;
-- notice like '%scan%'
-- {'x': 1}

SET scan = allow;

SELECT x FROM ev WHERE x = 1;
-- {'x': 1}

-- Several ranges on one sort key: the plan holds their intersection alone.
EXPLAIN SELECT * FROM ev WHERE user = 'u1' AND ts >= 1 AND ts > 2 AND ts BETWEEN 2 AND 9 AND NOT (ts > 3) ORDER BY ts;
-- text like '%key: user = ''u1'' AND ts > 2 AND ts <= 3%'
