-- A load that ended early goes on where it was.

CREATE TABLE t (id NUMBER, PRIMARY KEY (id));
COPY (SELECT VALUE {'id': i, 'x': 'some text'} FROM range(1, 2500) AS i) TO '${TMP}/many.jsonl';
-- affected: 2500

-- Item 1500 is in the way.
INSERT INTO t VALUE {'id': 1500};
-- affected: 1
COPY t FROM '${TMP}/many.jsonl' (RESUME);
-- error: DuplicateItemException like 'Line 1500: Duplicate primary key exists in table'

SELECT VALUE COUNT(*) FROM t;
-- 1001

COPY t FROM '${TMP}/many.jsonl';
-- error: DuplicateItemException like 'Line 1: Duplicate primary key exists in table'

-- @restart

COPY t FROM '${TMP}/many.jsonl' (RESUME, ON CONFLICT SKIP);
-- affected: 1499
-- notice like '%1000 records had been loaded before%'

SELECT VALUE COUNT(*) FROM t;
-- 2500

COPY t FROM '${TMP}/many.jsonl' (RESUME, ON CONFLICT SKIP);
-- affected: 0
-- notice like '%starts at the beginning%'

-- Bad records of both runs are in the file, each once.
TRUNCATE TABLE t;
COPY (SELECT VALUE CASE WHEN i IN (700, 1400) THEN {'x': i} ELSE {'id': i} END FROM range(1, 2000) AS i) TO '${TMP}/holes.jsonl';
-- affected: 2000
COPY t FROM '${TMP}/holes.jsonl' (ERRORS '${TMP}/holes.bad', MAX_ERRORS 1, BATCH 500);
-- error: ValidationException like 'Line 1400: more than 1 bad records; the last one: One or more parameter values were invalid: Missing the key id in the item'
SELECT VALUE COUNT(*) FROM t;
-- 999
COPY t FROM '${TMP}/holes.jsonl' (ERRORS '${TMP}/holes.bad', RESUME);
-- affected: 999
SELECT VALUE e.line FROM json('${TMP}/holes.bad') AS e;
-- 700
-- 1400

COPY t FROM '${TMP}/holes.jsonl' (RESUME, ATOMIC);
-- error: ValidationException like 'a load that is ATOMIC leaves nothing that RESUME could go on with'
