-- Reports on the log: rows, their order, and what they cost.

SELECT code, COUNT(*) AS n FROM logs GROUP BY code;
-- {'code': 200, 'n': 2}
-- {'code': 404, 'n': 1}
-- {'code': 500, 'n': 1}

SELECT host, moment FROM logs WHERE code = 200 ORDER BY moment DESC, host LIMIT 1;
-- plan: Query by_code
-- ordered
-- {'host': 'a', 'moment': '2026-01-31T10:00:00'}

-- One read unit for one host's day, whatever the other hosts write.

SELECT moment, code FROM logs WHERE host = 'a' AND begins_with(moment, '2026-01-31');
-- plan: Query logs
-- rcu <= 1
-- rows: 2

-- An item without the attribute is no item with NULL.

SELECT host FROM logs WHERE bytes IS MISSING;
-- {'host': 'b'}

INSERT INTO logs VALUE {'host': 'a'};
-- error: ValidationException like '%Missing the key moment%'
