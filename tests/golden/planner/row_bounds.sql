-- Bounds on several components of a key at once: comparisons of rows, and bounds on the table's key behind an index's.

CREATE TABLE pages (id NUMBER, hk NUMBER, sk NUMBER, PRIMARY KEY (id), GLOBAL INDEX by_hk (hk, sk), GLOBAL INDEX by_sk (sk));
INSERT INTO pages SELECT VALUE {'id': i, 'hk': i % 2, 'sk': (i / 10) % 5} FROM range(1, 200) AS i;
-- affected: 200

EXPLAIN SELECT VALUE id FROM pages WHERE hk = 1 AND sk = 3 AND id >= 33 ORDER BY id LIMIT 3;
-- text like '%Query pages.by_hk%key: hk = 1 AND sk = 3 AND id >= 33%order: key order%'

SELECT VALUE id FROM pages WHERE hk = 1 AND sk = 3 AND id > 33 ORDER BY id LIMIT 3;
-- examined <= 4
-- ordered
-- 35
-- 37
-- 39

SELECT VALUE id FROM pages WHERE hk = 1 AND sk = 3 AND id < 87 ORDER BY id DESC LIMIT 3;
-- examined <= 4
-- ordered
-- 85
-- 83
-- 81

SELECT VALUE id FROM pages WHERE hk = 1 AND sk = 3 AND id = 85;
-- examined <= 1
-- 85

-- A page after a row, in both directions.
EXPLAIN SELECT id, sk FROM pages WHERE hk = 1 AND (sk, id) > (3, 187) ORDER BY sk, id LIMIT 3;
-- text like '%Query pages.by_hk%key: hk = 1 AND (sk, id) > (3, 187)%order: key order%'

SELECT id, sk FROM pages WHERE hk = 1 AND (sk, id) > (3, 187) ORDER BY sk, id LIMIT 3;
-- examined <= 4
-- ordered
-- {'id': 189, 'sk': 3}
-- {'id': 41, 'sk': 4}
-- {'id': 43, 'sk': 4}

SELECT id, sk FROM pages WHERE hk = 1 AND (4, 43) > (sk, id) ORDER BY sk DESC, id DESC LIMIT 3;
-- examined <= 4
-- ordered
-- {'id': 41, 'sk': 4}
-- {'id': 189, 'sk': 3}
-- {'id': 187, 'sk': 3}

SELECT id, sk FROM pages WHERE hk = 1 AND (hk, sk, id) > (1, 3, 187) ORDER BY sk, id LIMIT 2;
-- examined <= 3
-- ordered
-- {'id': 189, 'sk': 3}
-- {'id': 41, 'sk': 4}

SELECT id, sk FROM pages WHERE hk = 1 AND (hk, sk, id) > (0, 9, 9) ORDER BY sk, id LIMIT 1;
-- {'id': 1, 'sk': 0}

SELECT id, sk FROM pages WHERE hk = 1 AND (hk, sk, id) > (2, 0, 0) ORDER BY sk, id LIMIT 1;
-- examined: 0
-- rows: 0

-- Without a fixed partition key: through the whole index.
EXPLAIN SELECT hk, sk, id FROM pages WHERE (hk, sk, id) > (0, 4, 198) ORDER BY hk, sk, id LIMIT 2;
-- text like '%RangeScan pages.by_hk%key: (hk, sk, id) > (0, 4, 198)%'

SELECT hk, sk, id FROM pages WHERE (hk, sk, id) >= (0, 4, 198) ORDER BY hk, sk, id LIMIT 2;
-- examined <= 3
-- ordered
-- {'hk': 0, 'sk': 4, 'id': 198}
-- {'hk': 1, 'sk': 0, 'id': 1}

-- Behind a partition key alone.
SELECT VALUE id FROM pages WHERE sk = 4 AND id >= 195 ORDER BY id;
-- examined <= 5
-- ordered
-- 195
-- 196
-- 197
-- 198
-- 199

-- Values of other kinds: exactly as the comparison has it.
SELECT VALUE id FROM pages WHERE hk = 1 AND (sk, id) > (3, NULL) ORDER BY sk, id LIMIT 1;
-- 41

SELECT VALUE id FROM pages WHERE hk = 1 AND (sk, id) > (NULL, 3);
-- rows: 0

SELECT VALUE id FROM pages WHERE hk = 1 AND (sk, id) > (3, 'x') ORDER BY sk, id LIMIT 1;
-- 41

SELECT VALUE id FROM pages WHERE hk = 1 AND (sk, id) > (2.5, 500) ORDER BY sk, id LIMIT 1;
-- 31

SELECT VALUE id FROM pages WHERE hk = 1 AND (sk, id) <= (1E-200, 500) ORDER BY sk DESC, id DESC LIMIT 1;
-- 159

SELECT VALUE id FROM pages WHERE hk = 1 AND (sk, id) >= (3, -1E200) ORDER BY sk, id LIMIT 1;
-- 31

SELECT VALUE id FROM pages WHERE hk = 1 AND (sk, id, x) > (3, 187, 1) ORDER BY sk, id LIMIT 1;
-- 189

-- Pages of a table.
CREATE TABLE log (day STRING, n NUMBER, PRIMARY KEY (day, n), LOCAL INDEX by_kind (day, kind STRING));
INSERT INTO log SELECT VALUE {'day': CASE WHEN i <= 50 THEN 'mon' ELSE 'tue' END, 'n': i, 'kind': 'k'} FROM range(1, 100) AS i;
-- affected: 100

EXPLAIN SELECT VALUE n FROM log WHERE (day, n) > ('mon', 49) ORDER BY day, n LIMIT 3;
-- text like '%RangeScan log%key: (day, n) > (''mon'', 49)%'

SELECT VALUE n FROM log WHERE (day, n) > ('mon', 49) ORDER BY day, n LIMIT 3;
-- examined <= 4
-- ordered
-- 50
-- 51
-- 52

SELECT VALUE n FROM log WHERE (day, n) < ('tue', 52) ORDER BY day DESC, n DESC LIMIT 3;
-- examined <= 4
-- ordered
-- 51
-- 50
-- 49

-- A local index has the partition key twice.
SELECT VALUE n FROM log WHERE day = 'tue' AND (kind, n) > ('k', 97) ORDER BY kind, n;
-- examined <= 4
-- ordered
-- 98
-- 99
-- 100

SELECT VALUE n FROM log WHERE day = 'tue' AND kind = 'k' AND n > 98 ORDER BY kind, n;
-- examined <= 3
-- ordered
-- 99
-- 100
