-- COPY between tables and files: types, bad records, conflicts, compression.

CREATE TABLE t (id NUMBER, PRIMARY KEY (id));
CREATE TABLE u (id NUMBER, PRIMARY KEY (id));

-- Types are guessed from what the columns hold; keys have their own.
COPY t FROM '${DIR}/files/mixed.csv' (PREVIEW);
-- error: ValidationException like 'csv: line 5: the field id is no NUMBER: ''x'''

COPY t FROM '${DIR}/files/mixed.csv';
-- error: ValidationException like 'csv: line 5: the field id is no NUMBER: ''x'''

SELECT COUNT(*) AS n FROM t;
-- {'n': 0}

COPY t FROM '${DIR}/files/mixed.csv' (ERRORS '${TMP}/bad.jsonl');
-- affected: 5
-- notice like '%id NUMBER, name STRING, zip STRING, score NUMBER, active BOOL, tags JSON%'
-- notice like '%3 bad records are in%'

SELECT VALUE CHAR_LENGTH(name) FROM t WHERE id = 4;
-- 9
SELECT * FROM t WHERE id <> 4;
-- {'id': 1, 'name': 'Ann', 'zip': '01234', 'score': 1.5, 'active': true, 'tags': [1, 2]}
-- {'id': 2, 'name': 'Bob "B"', 'zip': '99999', 'score': -3, 'active': false}
-- {'id': 3, 'zip': '12345', 'active': true, 'tags': {'a': 1}}
-- {'id': 5, 'name': 'short'}

SELECT VALUE e.line FROM json('${TMP}/bad.jsonl') AS e;
-- 5
-- 9
-- 10

SELECT VALUE e.reason FROM json('${TMP}/bad.jsonl') AS e WHERE e.line = 9;
-- 'csv: line 9: the record has 7 fields, and only 6 have names'

-- Keys that are there.
COPY t FROM '${DIR}/files/mixed.csv' (ERRORS '${TMP}/bad2.jsonl', ON CONFLICT SKIP);
-- affected: 0
-- notice like '%6 items were skipped%'

UPDATE t SET note = 'kept' WHERE id = 1;
COPY t FROM '${DIR}/files/mixed.csv' (ERRORS '${TMP}/bad2.jsonl', ON CONFLICT MERGE);
-- affected: 6

SELECT name, note FROM t WHERE id = 1;
-- {'name': 'dup', 'note': 'kept'}

COPY t FROM '${DIR}/files/mixed.csv' (ERRORS '${TMP}/bad2.jsonl', ON CONFLICT = REPLACE, INFER = false, TYPES = {'score': 'NUMBER'});
-- affected: 6

SELECT name, zip, score, active, note FROM t WHERE id = 1;
-- {'name': 'dup', 'zip': '1', 'score': 1, 'active': 'true'}

COPY t FROM '${DIR}/files/mixed.csv' (ERRORS '${TMP}/bad2.jsonl', MAX_ERRORS 1);
-- error: ValidationException like '%more than 1 bad records%'

-- Lines of JSON: a bad one is left behind.
COPY u FROM '${DIR}/files/bad.jsonl' (ERRORS '${TMP}/bad3.jsonl');
-- affected: 2

SELECT * FROM u;
-- {'id': 1, 'a': 'x'}
-- {'id': 3, 'a': {'deep': [1, 2.5, null, true]}}

SELECT e.line, e.record FROM json('${TMP}/bad3.jsonl') AS e ORDER BY e.line;
-- {'line': 2, 'record': '{"id": 2, "a": '}
-- {'line': 3, 'record': '{"a": "no key"}'}
-- {'line': 6, 'record': '[1, 2]'}
-- {'line': 7, 'record': '{"id": 1, "a": "again"}'}

-- All or nothing.
TRUNCATE TABLE u;
COPY u FROM '${DIR}/files/bad.jsonl' (ATOMIC);
-- error: ValidationException like '%Line 2%'
SELECT * FROM u;
-- rows: 0

-- In a transaction, the items become part of it.
BEGIN;
COPY u FROM '${DIR}/files/two.ddbjson';
-- affected: 2
COPY u FROM '${DIR}/files/bad.jsonl';
-- error: ValidationException
SELECT VALUE id FROM u;
-- 7
-- 8
ROLLBACK;
SELECT * FROM u;
-- rows: 0

COPY u FROM '${DIR}/files/two.ddbjson';
-- affected: 2
SELECT * FROM u;
-- {'id': 7, 's': <<'a', 'b'>>, 'b': x'0102', 'n': null}
-- {'id': 8, 'l': [1.5, 'x']}

-- Round trips, packed and plain.
COPY u TO '${TMP}/u.ddbjson.gz';
-- affected: 2
COPY u TO '${TMP}/u.packed' (FORMAT ddbjson, COMPRESSION zstd);
-- affected: 2
TRUNCATE TABLE u;
COPY u FROM '${TMP}/u.ddbjson.gz';
-- affected: 2
COPY u FROM '${TMP}/u.packed' (FORMAT ddbjson, ON CONFLICT ERROR);
-- error: DuplicateItemException like '%Line 1%'
COPY u FROM '${TMP}/u.packed' (FORMAT ddbjson, ON CONFLICT REPLACE);
-- affected: 2
SELECT * FROM u;
-- {'id': 7, 's': <<'a', 'b'>>, 'b': x'0102', 'n': null}
-- {'id': 8, 'l': [1.5, 'x']}

COPY t TO '${TMP}/t.csv.zst';
-- affected: 5
TRUNCATE TABLE t;
COPY t FROM '${TMP}/t.csv.zst';
-- affected: 5
SELECT id, zip, score, active FROM t WHERE id = 4;
-- {'id': 4, 'zip': 5, 'score': 6, 'active': true}

COPY (SELECT id, name FROM t WHERE id < 3 ORDER BY id) TO '${TMP}/two.csv' (HEADER false, DELIMITER ';');
-- affected: 2
SELECT * FROM csv('${TMP}/two.csv', {'header': false, 'delimiter': ';'}) AS r;
-- {'_1': '1', '_2': 'dup'}
-- {'_1': '2', '_2': 'Bob "B"'}

-- What cannot be: the target stays as it was.
COPY t TO '/dev/full' (FORMAT jsonl);
-- error: IoError like '%No space left%'
COPY t TO '${TMP}/no/such/folder.csv';
-- error: IoError like '%No such file%'
COPY t TO '${TMP}' (FORMAT csv);
-- error: IoError like '%directory%'
COPY (SELECT VALUE name FROM t) TO '${TMP}/two.csv';
-- error: ValidationException like '%tuples%'
SELECT VALUE COUNT(*) FROM csv('${TMP}/two.csv', {'header': false, 'delimiter': ';'}) AS r;
-- 2
COPY t FROM '${TMP}/none.csv';
-- error: IoError like '%none.csv%'
COPY t FROM '${DIR}' (FORMAT csv);
-- error: IoError like '%directory%'
COPY t FROM '${DIR}/files/mixed.csv' (FORMATT csv);
-- error: ValidationException like '%no option FORMATT%'
COPY t FROM '${DIR}/files/mixed.csv' (FORMAT xml);
-- error: ValidationException like '%xml%'
COPY t FROM '${DIR}/files/mixed.csv' (TYPES {'zip': 'FOO'});
-- error: ValidationException like '%FOO%'
COPY t FROM '${DIR}/files/mixed.csv' (TYPES {'zipp': 'NUMBER'});
-- error: ValidationException like '%zipp%'
COPY t FROM '${DIR}/files/mixed.csv' (ON CONFLICT IGNORE);
-- error: ValidationException like '%CONFLICT%'
COPY t FROM '${DIR}/files/two.ddbjson' (HEADER);
-- error: ValidationException like '%csv%'
COPY t FROM '${DIR}/files/mixed.csv' (ON HEADER);
-- error: ValidationException like '%expected CONFLICT%'
