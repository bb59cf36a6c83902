-- Conditions of writes: the whole WHERE is evaluated on the item as it was.

CREATE TABLE locks (id NUMBER, PRIMARY KEY (id));
INSERT INTO locks << {'id': 1, 'holder': '0', 'city': 'San Jose'}, {'id': 2, 'version': 1, 'v': 0} >>;

UPDATE locks SET holder = '1' WHERE id = 1 AND holder = '0' RETURNING ALL OLD *;
-- affected: 1
-- {'id': 1, 'holder': '0', 'city': 'San Jose'}

UPDATE locks SET holder = '1' WHERE id = 1 AND holder = '0';
-- affected: 0

UPDATE locks SET v = v + 1, version = version + 1 WHERE id = 2 AND version = 1;
-- affected: 1

UPDATE locks SET v = v + 1, version = version + 1 WHERE id = 2 AND version = 1;
-- affected: 0

UPDATE locks SET v = 100 WHERE id = 2 AND attribute_not_exists(v);
-- affected: 0

UPDATE locks SET w = 100 WHERE id = 2 AND attribute_not_exists(w) AND attribute_exists(v);
-- affected: 1

DELETE FROM locks WHERE id = 2 AND version BETWEEN 5 AND 10;
-- affected: 0

UPDATE locks SET v = 7 WHERE id = 2 AND NOT (version = 1 OR version = 3);
-- affected: 1

SELECT * FROM locks WHERE id = 2;
-- {'id': 2, 'version': 2, 'v': 7, 'w': 100}

SET dialect = dynamodb;

UPDATE locks SET holder = '1' WHERE id = 1 AND holder = '0';
-- error: ConditionalCheckFailedException like 'The conditional request failed'

UPDATE locks SET holder = '1' WHERE id = 77;
-- error: ConditionalCheckFailedException

DELETE FROM locks WHERE id = 1 AND holder = '0';
-- error: ConditionalCheckFailedException

DELETE FROM locks WHERE id = 77;
-- affected: 0

UPDATE locks SET holder = '1' WHERE holder = '1';
-- error: ValidationException like '%mandatory equality%'

SET dialect = extended;

SELECT holder FROM locks WHERE id = 1;
-- {'holder': '1'}
