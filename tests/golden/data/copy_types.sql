-- Types of CSV fields that nobody gave.

CREATE TABLE t (id NUMBER, PRIMARY KEY (id));

-- What stands far down the file counts as well: no character of a code is lost.
COPY (SELECT i AS id,
             CASE i WHEN 1500 THEN '00123' WHEN 1600 THEN '1e3' ELSE CAST(10000 + i AS STRING) END AS code,
             i * 2 AS size
      FROM range(1, 2000) AS i) TO '${TMP}/codes.csv';
-- affected: 2000
COPY t FROM '${TMP}/codes.csv';
-- affected: 2000
-- notice like 'fields: id NUMBER, code STRING, size NUMBER'
SELECT VALUE code FROM t WHERE id IN (1, 1500, 1600);
-- '10001'
-- '00123'
-- '1e3'

-- A look at the start of the file says that it is one.
CREATE TABLE empty (id NUMBER, PRIMARY KEY (id));
COPY empty FROM '${TMP}/codes.csv' (PREVIEW);
-- rows: 10
-- notice like 'fields, by the first 1000 records: id NUMBER, code NUMBER, size NUMBER'

-- A second file, all of whose codes are numbers, follows what the table has.
COPY (SELECT 5000 + i AS id, CAST(20000 + i AS STRING) AS code, i AS size FROM range(1, 20) AS i) TO '${TMP}/more.csv';
-- affected: 20
COPY t FROM '${TMP}/more.csv';
-- affected: 20
-- notice like 'fields: id NUMBER, code STRING, size NUMBER'
SELECT VALUE code FROM t WHERE id = 5001;
-- '20001'

-- The other way round it is said.
CREATE TABLE u (id NUMBER, PRIMARY KEY (id));
COPY u FROM '${TMP}/more.csv';
-- affected: 20
-- notice like 'fields: id NUMBER, code NUMBER, size NUMBER'
COPY u FROM '${TMP}/codes.csv';
-- affected: 2000
-- notice like 'code is STRING in this file, and NUMBER in items of u'

-- A minus before nothing but zeros would be lost.
COPY (SELECT 1 AS id, '-0' AS code, '-0.5' AS size FROM << 1 >> AS x) TO '${TMP}/zero.csv';
-- affected: 1
COPY u FROM '${TMP}/zero.csv' (ON CONFLICT REPLACE);
-- affected: 1
SELECT * FROM u WHERE id = 1;
-- {'id': 1, 'code': '-0', 'size': -0.5}
