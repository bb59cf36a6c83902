-- What was committed is there after the database was closed and opened again.

CREATE TABLE keep (id NUMBER, g STRING, PRIMARY KEY (id), GLOBAL INDEX by_g (g));
INSERT INTO keep SELECT VALUE {'id': x, 'g': 'g' || CAST(x % 3 AS STRING), 'pad': [x, {'deep': x}]} FROM range(0, 299) AS x;
-- affected: 300

UPDATE keep SET g = 'moved' WHERE id < 10;
-- affected: 10

DELETE FROM keep WHERE id >= 200;
-- affected: 100

-- @check
-- @restart
-- @check

SELECT COUNT(*) AS n, SUM(id) AS s FROM keep;
-- {'n': 200, 's': 19900}

SELECT COUNT(*) AS n FROM "keep"."by_g" WHERE g = 'moved';
-- {'n': 10}

SELECT * FROM keep WHERE id = 7;
-- {'id': 7, 'g': 'moved', 'pad': [7, {'deep': 7}]}

CREATE INDEX extra ON keep (id NUMBER) PROJECT KEYS ONLY;
-- @restart

SELECT COUNT(*) AS n FROM "keep"."extra";
-- {'n': 200}

DROP TABLE keep;
-- @restart

SHOW TABLES;
-- rows: 0
