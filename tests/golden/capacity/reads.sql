-- Read units: 4 KB of item a unit, half of it eventually consistent, twice that in a transaction.
SET capacity = on;
CREATE TABLE item (pk STRING, PRIMARY KEY (pk));

-- 'pk' and 'x' are 3 bytes, 'd' is 1.
INSERT INTO item SELECT VALUE {'pk': 'a', 'd': REPEAT('d', 508)} FROM <<1>> AS one;
INSERT INTO item SELECT VALUE {'pk': 'b', 'd': REPEAT('d', 1021)} FROM <<1>> AS one;
INSERT INTO item SELECT VALUE {'pk': 'c', 'd': REPEAT('d', 4092)} FROM <<1>> AS one;
INSERT INTO item SELECT VALUE {'pk': 'd', 'd': REPEAT('d', 4093)} FROM <<1>> AS one;
INSERT INTO item SELECT VALUE {'pk': 'e', 'd': REPEAT('d', 8188)} FROM <<1>> AS one;

SELECT VALUE pk FROM item WHERE pk = 'a';
-- 'a'
-- rcu = 0.5

SELECT CONSISTENT pk FROM item WHERE pk = 'a';
-- rcu = 1

SELECT VALUE pk FROM item WHERE pk = 'c';
-- rcu = 0.5

SELECT VALUE pk FROM item WHERE pk = 'd';
-- rcu = 1

SELECT CONSISTENT pk FROM item WHERE pk = 'd';
-- rcu = 2

SELECT CONSISTENT pk FROM item WHERE pk = 'e';
-- rcu = 2

-- Nothing there costs as much as something small.
SELECT VALUE pk FROM item WHERE pk = 'nobody';
-- rows: 0
-- rcu = 0.5

-- What is not projected, or filtered out, counts.
SELECT VALUE pk FROM item WHERE pk = 'e' AND d = 'other';
-- rows: 0
-- rcu = 1

-- Several gets round up each item.
SELECT VALUE pk FROM item WHERE pk IN ['a', 'b', 'd', 'nobody'];
-- 'a'
-- 'b'
-- 'd'
-- rcu = 2.5

-- A scan rounds up the sum: 512 + 1025 + 4096 + 4097 + 8192 bytes are 5 blocks.
SELECT VALUE pk FROM item;
-- rows: 5
-- rcu = 2.5

SELECT CONSISTENT pk FROM item;
-- rcu = 5

SELECT VALUE COUNT(*) FROM item;
-- rcu = 2.5

SELECT VALUE pk FROM item WHERE d = 'other';
-- rows: 0
-- rcu = 2.5

SELECT VALUE 1 FROM <<1>> AS x WHERE x = 2;
-- rows: 0
-- rcu = 0

-- In a transaction reads of a table cost double.
BEGIN;
SELECT VALUE pk FROM item WHERE pk = 'a';
-- rcu = 2

SELECT VALUE pk FROM item WHERE pk = 'd';
-- rcu = 4

-- A check is charged as the write of what it reads: 1025 bytes.
EXISTS (SELECT * FROM item WHERE pk = 'b');
-- rcu = 0
-- wcu = 4

NOT EXISTS (SELECT * FROM item WHERE pk = 'nobody');
-- wcu = 2

COMMIT;

-- Queries of a partition, and of indexes, which hold less.
CREATE TABLE pages (pk STRING, sk NUMBER, g STRING, PRIMARY KEY (pk, sk),
                    GLOBAL INDEX narrow (g, sk) PROJECT KEYS ONLY, LOCAL INDEX loc (pk, g) PROJECT KEYS ONLY);

-- 'pk' 'p' 'sk' sk 'g' 'g' 'd' are 10 bytes: 355000 bytes each, and one of 80.
INSERT INTO pages SELECT VALUE {'pk': 'p', 'sk': n, 'g': 'g', 'd': REPEAT('d', 354990)} FROM [1, 2, 3, 4] AS n;
INSERT INTO pages SELECT VALUE {'pk': 'q', 'sk': 1, 'd': REPEAT('d', 72)} FROM [1] AS n;

-- Three items pass 1 MB and are a page of 261 blocks, the fourth has 87; together they would be 347.
SELECT VALUE sk FROM pages WHERE pk = 'p' ORDER BY sk DESC;
-- 4
-- 3
-- 2
-- 1
-- rcu = 174

SELECT VALUE sk FROM pages WHERE pk = 'p' AND d = 'other';
-- rows: 0
-- rcu = 174

-- What is not read is not charged.
SELECT VALUE sk FROM pages WHERE pk = 'p' ORDER BY sk LIMIT 1;
-- 1
-- rcu = 43.5

-- A page that ends with the last item is followed by an empty one.
SELECT VALUE sk FROM pages WHERE pk = 'p' AND sk < 4;
-- rows: 3
-- rcu = 131

-- Each partition is a query of its own.
SELECT VALUE sk FROM pages WHERE pk IN ['q', 'r', 's'];
-- 1
-- rcu = 1.5

-- Entries of 9 bytes.
SELECT VALUE sk FROM pages.narrow WHERE g = 'g';
-- rows: 4
-- rcu = 0.5

SELECT CONSISTENT sk FROM pages.loc WHERE pk = 'p';
-- rcu = 1

-- Items that an index leads to are gets of their own: 87 blocks each.
SELECT VALUE d = 'd' FROM pages.loc WHERE pk = 'p' AND g = 'g';
-- rows: 4
-- rcu = 174.5

-- ddbsh's way to ask.
SELECT VALUE pk FROM item WHERE pk = 'd' RETURN CONSUMED CAPACITY TOTAL;
-- notice like 'consumed capacity: item 1 read unit'

SELECT VALUE d = 'd' FROM pages.loc WHERE pk = 'p' AND g = 'g' RETURN CONSUMED CAPACITY INDEXES;
-- notice like 'consumed capacity: pages 174.5 read units (table 174 read units; local index loc 0.5 read units)'

EXPLAIN ANALYZE SELECT VALUE sk FROM pages.narrow WHERE g = 'g';
-- text like '%consumed capacity: pages 0.5 read units (index narrow 0.5 read units)%read units: 0.5%'

-- Asking is what counts it.
SET capacity = off;
SELECT VALUE pk FROM item WHERE pk = 'd';
-- rcu = 0

SELECT VALUE pk FROM item WHERE pk = 'd' RETURN CONSUMED CAPACITY TOTAL;
-- rcu = 1
