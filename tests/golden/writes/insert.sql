-- INSERT, REPLACE and UPSERT with their sources.

CREATE TABLE t_one (id NUMBER, PRIMARY KEY (id));
CREATE TABLE t_two (a STRING, b NUMBER, PRIMARY KEY (a, b));

INSERT INTO t_one VALUE {'id': 1, 'x': 'one'};
-- affected: 1

INSERT INTO t_one << {'id': 2, 'x': 'two'}, {'id': 3} >>;
-- affected: 2

INSERT INTO t_one (id, x) VALUES (4, 'four'), (5, 'five');
-- affected: 2

INSERT INTO t_two SELECT VALUE {'a': t.x, 'b': t.id} FROM t_one AS t WHERE t.x IS NOT MISSING;
-- affected: 4

SELECT * FROM t_two;
-- {'a': 'one', 'b': 1}
-- {'a': 'two', 'b': 2}
-- {'a': 'four', 'b': 4}
-- {'a': 'five', 'b': 5}

-- An existing key is an error, and nothing of the statement stays.
INSERT INTO t_one VALUE {'id': 1, 'x': 'again'};
-- error: DuplicateItemException

INSERT INTO t_one << {'id': 6}, {'id': 1} >>;
-- error: DuplicateItemException

SELECT * FROM t_one WHERE id IN (1, 6);
-- {'id': 1, 'x': 'one'}

INSERT INTO t_one << {'id': 7}, {'id': 7} >>;
-- error:

SELECT * FROM t_one WHERE id = 7;
-- rows: 0

INSERT INTO t_one VALUE {'id': 1, 'x': 'again'} ON CONFLICT DO NOTHING;
-- affected: 0

SELECT x FROM t_one WHERE id = 1;
-- {'x': 'one'}

INSERT INTO t_one << {'id': 1, 'y': 1}, {'id': 8, 'y': 8} >> ON CONFLICT DO NOTHING;
-- affected: 1

INSERT INTO t_one VALUE {'id': 1, 'z': 1} ON CONFLICT DO REPLACE;
-- affected: 1

SELECT * FROM t_one WHERE id = 1;
-- {'id': 1, 'z': 1}

-- REPLACE puts: what was there is gone.
REPLACE INTO t_one VALUE {'id': 2, 'new': true};
-- affected: 1

REPLACE INTO t_one << {'id': 2, 'new': false}, {'id': 9} >>;
-- affected: 2

SELECT * FROM t_one WHERE id = 2;
-- {'id': 2, 'new': false}

-- UPSERT merges.
UPSERT INTO t_one VALUE {'id': 2, 'extra': [1, 2]};
-- affected: 1

SELECT * FROM t_one WHERE id = 2;
-- {'id': 2, 'new': false, 'extra': [1, 2]}

UPSERT INTO t_one << {'id': 2, 'extra': null}, {'id': 10, 'fresh': 1} >>;
-- affected: 2

SELECT * FROM t_one WHERE id IN (2, 10);
-- {'id': 2, 'new': false, 'extra': null}
-- {'id': 10, 'fresh': 1}

-- Keys must be there and of their types.
INSERT INTO t_one VALUE {'x': 1};
-- error: ValidationException like '%id%'

INSERT INTO t_one VALUE {'id': 'a string'};
-- error: ValidationException like '%id%'

INSERT INTO t_two VALUE {'a': 'x'};
-- error: ValidationException like '%b%'

INSERT INTO t_two VALUE {'a': '', 'b': 1};
-- error: ValidationException

INSERT INTO t_one VALUE {'id': null};
-- error: ValidationException

INSERT INTO t_one VALUE [1, 2];
-- error: ValidationException

INSERT INTO t_one VALUE 5;
-- error: ValidationException

INSERT INTO t_one (id, x) VALUES (1);
-- error: ValidationException

INSERT INTO nowhere VALUE {'id': 1};
-- error: ResourceNotFoundException like '%nowhere%'

-- What no table can store is named with its path.
INSERT INTO t_one VALUE {'id': 20, 'deep': {'list': [1, DATE '2024-01-02']}};
-- error: ValidationException like '%deep%'

SELECT * FROM t_one WHERE id = 20;
-- rows: 0

-- A missing attribute is left out.
INSERT INTO t_one VALUE {'id': 21, 'gone': MISSING, 'here': 1};
-- affected: 1

SELECT * FROM t_one WHERE id = 21;
-- {'id': 21, 'here': 1}

-- INSERT ... SELECT with ready-made tuples, from the table it writes to.
INSERT INTO t_one SELECT t.id + 100 AS id, 'copy' AS x FROM t_one AS t WHERE t.id <= 3;
-- affected: 3

SELECT * FROM t_one WHERE id > 100;
-- {'id': 101, 'x': 'copy'}
-- {'id': 102, 'x': 'copy'}
-- {'id': 103, 'x': 'copy'}
