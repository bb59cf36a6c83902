-- Optimistic locking: read the version, write only if it is still the same.

CREATE TABLE docs (id STRING, PRIMARY KEY (id));
INSERT INTO docs VALUE {'id': 'a', 'text': 'draft', 'version': 1};

-- Two writers have read version 1; the first one wins.

UPDATE docs SET text = 'first', version = version + 1 WHERE id = 'a' AND version = 1;
-- affected: 1

-- The second changes nothing, sees it in the count, reads again and repeats.

UPDATE docs SET text = 'second', version = version + 1 WHERE id = 'a' AND version = 1;
-- affected: 0

SELECT version FROM docs WHERE id = 'a';
-- {'version': 2}

UPDATE docs SET text = text || ' and second', version = version + 1 WHERE id = 'a' AND version = 2;
-- affected: 1

SELECT * FROM docs WHERE id = 'a';
-- {'id': 'a', 'text': 'first and second', 'version': 3}

-- In the dynamodb dialect the same is an error, as it is with Amazon DynamoDB.

SET dialect = dynamodb;

UPDATE docs SET version = 9 WHERE id = 'a' AND version = 2;
-- error: ConditionalCheckFailedException
