-- More wrong statements, each with a clean error.

CREATE TABLE known (id NUMBER, PRIMARY KEY (id));

SELECT * FROM known WHERE (id = 1;
-- error: ValidationException

SELECT * FROM known WHERE id = ;
-- error: ValidationException

SELECT * FROM known GROUP;
-- error: ValidationException

SELECT COUNT( FROM known;
-- error: ValidationException

UPDATE known WHERE id = 1;
-- error: ValidationException

UPDATE known SET WHERE id = 1;
-- error: ValidationException

INSERT INTO known;
-- error: ValidationException

INSERT INTO known VALUE {'id' 1};
-- error: ValidationException

DELETE known WHERE id = 1;
-- error: ValidationException

DROP known;
-- error: ValidationException

SELECT * FROM known WHERE id = ?;
-- error: ValidationException

SET nonsense = 1;
-- error: ValidationException like '%nonsense%'

SET scan = maybe;
-- error: ValidationException

SHOW nonsense;
-- error: ValidationException like '%nonsense%'

SELECT UPPER('a', 'b', 'c') FROM known;
-- error: ValidationException

SELECT CAST(1 AS NONSENSE) FROM known;
-- error: ValidationException

SELECT id, COUNT(*) AS n FROM known;
-- error: ValidationException

SELECT * FROM known AS k WHERE SUM(k.id) > 1;
-- error: ValidationException

@;
-- error: ValidationException

SELECT 1 1;
-- error: ValidationException
