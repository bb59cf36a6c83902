-- ADVISE: indexes that would turn scans into queries.

CREATE TABLE orders (id NUMBER, PRIMARY KEY (id), GLOBAL INDEX by_customer (customer STRING));
INSERT INTO orders SELECT VALUE {'id': i, 'customer': 'c' || CAST(i % 50 AS STRING), 'status': 'st' || CAST(i % 4 AS STRING), 'total': i, 'note': 'some longer text that no statement reads, to make the item larger'} FROM range(1, 400) AS i;
-- affected: 400
ANALYZE orders;
-- text:
-- | orders: 400 items, 39.5 KB; all were read
-- |   item size       items
-- |   < 256 B           400  ########################################
-- |   hottest partitions
-- |     orders (id): 400 items, 400 partitions
-- |       each has one
-- |     by_customer (customer): 400 entries, 50 partitions
-- |       'c0': 8 (2 %), 792 B
-- |       'c1': 8 (2 %), 804 B
-- |       'c10': 8 (2 %), 800 B
-- |       'c11': 8 (2 %), 812 B
-- |       'c12': 8 (2 %), 812 B
-- |   5 attributes and paths in them: DESCRIBE orders ATTRIBUTES

ADVISE SELECT id, total FROM orders WHERE status = 'st1' AND total > 300;
-- text like '%CREATE INDEX by_status_total ON orders (status STRING, total NUMBER) PROJECT KEYS ONLY;%400 items%'

ADVISE SELECT * FROM orders WHERE status = 'st1';
-- text like '%CREATE INDEX by_status ON orders (status STRING) PROJECT ALL;%'

ADVISE SELECT note FROM orders WHERE status = ?;
-- error: ValidationException like 'the statement has 1 parameter, but 0 values were given'

ADVISE SELECT id FROM orders WHERE customer = 'c1';
-- text like '%already Query orders.by_customer%'

ADVISE SELECT * FROM orders WHERE total > 3;
-- text like '%no index helps the scan of orders%no condition fixes an attribute%'

ADVISE SELECT COUNT(*) FROM orders;
-- text like '%no index helps%no condition%'

ADVISE UPDATE orders SET note = 'x' WHERE status = 'st1' AND total = 7;
-- text like '%CREATE INDEX by_%'

ADVISE INSERT INTO orders VALUE {'id': 1};
-- text like '%reads no table%'

-- Statements of a file share indexes.
ADVISE FROM '${DIR}/files/statements.txt';
-- text:
-- | CREATE INDEX by_status_total ON orders (status STRING, total NUMBER) PROJECT INCLUDE (note);
-- | --   line 4: a Scan of about 400 items (5 read units) becomes a Query of about 25 (0.5): 4.5 saved a run
-- | --   line 5: a Scan of about 400 items (5 read units) becomes a Query of about 10 (0.5): 4.5 saved a run
-- | --   costs 1 write unit for each write of an item with status and total (twice that where a key changes), and about 74.4 KB
-- | -- line 6: already GetItem orders
-- | -- line 7: left out: Requested resource not found: Table: nowhere not found
-- | -- line 8: no index helps the scan of orders: no condition fixes an attribute by = or IN, and an index needs one for its partition key
-- | -- line 9: left out: expected LIMIT, ORDER or the end of the statement before 1

-- The advice is right: with the index, it is a Query.
CREATE INDEX by_status_total ON orders (status STRING, total NUMBER) PROJECT KEYS ONLY;
SELECT id, total FROM orders WHERE status = 'st1' AND total > 390;
-- plan: Query orders.by_status_total
-- {'id': 393, 'total': 393}
-- {'id': 397, 'total': 397}

SET scan = 'deny';
ADVISE SELECT note FROM orders WHERE note = 'x';
-- text like '%would not read much less%'
ADVISE SELECT note FROM orders WHERE total = 5;
-- text like '%CREATE INDEX by_total ON orders (total NUMBER) PROJECT INCLUDE (note)%'

ADVISE FROM '${DIR}/files/nothing.sql';
-- error: IoError like 'cannot open %/tests/golden/data/files/nothing.sql: No such file or directory'
