-- A join on the key of its right side gets the items of many left rows at once, each key once.

CREATE TABLE a (id NUMBER, PRIMARY KEY (id));
CREATE TABLE b (p STRING, s NUMBER, PRIMARY KEY (p, s));
INSERT INTO a SELECT VALUE {'id': x, 'p': CASE WHEN x % 3 = 0 THEN 'one' ELSE 'two' END, 's': 20 - x % 4} FROM range(1, 40) AS x;
-- affected: 40
INSERT INTO a << {'id': 50, 'p': NULL, 's': 17}, {'id': 51, 's': 17}, {'id': 52, 'p': 'one', 's': 'text'}, {'id': 53, 'p': '', 's': 1} >>;
-- affected: 4
INSERT INTO b SELECT VALUE {'p': p, 's': s, 'v': s * 10} FROM ['one', 'two'] AS p, range(18, 500) AS s;
-- affected: 966

EXPLAIN SELECT a.id, b.v FROM a JOIN b ON b.p = a.p AND b.s = a.s AND b.v > 180 WHERE a.id < 9;
-- text:
-- | Project
-- |   values: {'id': a.id, 'v': b.v}
-- |   LookupJoin
-- |     kind: inner
-- |     lookups: GetItems of many rows at once, each key once
-- |     RangeScan a
-- |       key: id < 9
-- |       parallelism: 1 thread
-- |       rejected: Scan a: about 1003 items' cost against 303
-- |       estimate: 300 rows of 300 items
-- |     GetItem b
-- |       key: p = a.p AND s = a.s
-- |       filter: b.v > 180
-- |       estimate: 1 rows of 1 items

-- In the order of the left side; at most eight keys for forty rows.
SELECT a.id, b.v FROM a JOIN b ON b.p = a.p AND b.s = a.s AND b.v > 180 WHERE a.id < 9 ORDER BY a.id;
-- ordered
-- {'id': 1, 'v': 190}
-- {'id': 4, 'v': 200}
-- {'id': 5, 'v': 190}
-- {'id': 8, 'v': 200}

SELECT COUNT(*) AS n, SUM(b.v) AS v FROM a JOIN b ON b.p = a.p AND b.s = a.s WHERE a.id < 60;
-- examined <= 54
-- {'n': 30, 'v': 5700}

SELECT a.id, b.v FROM a LEFT JOIN b ON b.p = a.p AND b.s = a.s WHERE a.id >= 38;
-- {'id': 38, 'v': 180}
-- {'id': 39, 'v': NULL}
-- {'id': 40, 'v': 200}
-- {'id': 50, 'v': NULL}
-- {'id': 51, 'v': NULL}
-- {'id': 52, 'v': NULL}
-- {'id': 53, 'v': NULL}

-- LIMIT reads but one small block.
SELECT a.id, b.v FROM a LEFT JOIN b ON b.p = a.p AND b.s = a.s WHERE a.id < 60 LIMIT 1;
-- examined <= 20
-- {'id': 1, 'v': 190}
