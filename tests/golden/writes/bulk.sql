-- Many items in one statement, and in batches where the user asks for it.

CREATE TABLE bulk (id NUMBER, k NUMBER, PRIMARY KEY (id), GLOBAL INDEX by_k (k));

INSERT INTO bulk SELECT VALUE {'id': i, 'k': i % 10} FROM range(1, 5000) AS i WITH (batch = 1000);
-- affected: 5000

SELECT COUNT(*) AS n, SUM(id) AS s FROM bulk;
-- {'n': 5000, 's': 12502500}

SELECT COUNT(*) AS n FROM bulk WHERE k = 3;
-- plan: Query by_k
-- {'n': 500}

UPDATE bulk SET k = k + 1 WHERE id > 4000;
-- affected: 1000

SELECT COUNT(*) AS n FROM "bulk"."by_k" WHERE k = 10;
-- {'n': 100}

DELETE FROM bulk WHERE k IN (1, 2);
-- affected: 1000

-- All or nothing: the last item is there already.

INSERT INTO bulk SELECT VALUE {'id': i} FROM <<90001, 90002, 3>> AS i;
-- error: DuplicateItemException

SELECT COUNT(*) AS n FROM bulk;
-- {'n': 4000}

-- @check

TRUNCATE TABLE bulk;

SELECT COUNT(*) AS n FROM "bulk"."by_k";
-- {'n': 0}
