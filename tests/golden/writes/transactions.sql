-- BEGIN, COMMIT, ROLLBACK: all or nothing, with its own writes in sight.

CREATE TABLE acct (id STRING, PRIMARY KEY (id));
INSERT INTO acct << {'id': 'a', 'sum': 10}, {'id': 'b', 'sum': 5} >>;

BEGIN;

UPDATE acct SET sum = sum - 4 WHERE id = 'a' AND sum >= 4;
UPDATE acct SET sum = sum + 4 WHERE id = 'b';

SELECT id, sum FROM acct;
-- {'id': 'a', 'sum': 6}
-- {'id': 'b', 'sum': 9}

-- @connection other

SELECT id, sum FROM acct;
-- {'id': 'a', 'sum': 10}
-- {'id': 'b', 'sum': 5}

-- @connection main

COMMIT;

SELECT id, sum FROM acct;
-- {'id': 'a', 'sum': 6}
-- {'id': 'b', 'sum': 9}

BEGIN;
DELETE FROM acct;
INSERT INTO acct VALUE {'id': 'c', 'sum': 1};
ROLLBACK;

SELECT id FROM acct;
-- {'id': 'a'}
-- {'id': 'b'}

COMMIT;
-- error:

-- A check that fails cancels: COMMIT writes nothing, unless a savepoint from before it is gone back to.

BEGIN;

INSERT INTO acct VALUE {'id': 'c', 'sum': 1};
-- affected: 1

EXISTS (SELECT * FROM acct WHERE id = 'nobody');
-- error: ConditionalCheckFailedException

COMMIT;
-- error: TransactionCanceledException like '%[None, ConditionalCheckFailed]%'

BEGIN;

SAVEPOINT before;

NOT EXISTS (SELECT * FROM acct WHERE id = 'a');
-- error: ConditionalCheckFailedException

ROLLBACK TO before;

INSERT INTO acct VALUE {'id': 'd', 'sum': 1};
-- affected: 1

COMMIT;

SELECT id FROM acct;
-- {'id': 'a'}
-- {'id': 'b'}
-- {'id': 'd'}

-- In DynamoDB's dialect every false condition does.

SET dialect = dynamodb;

BEGIN;

UPDATE acct SET sum = 100 WHERE id = 'a';
-- affected: 1

UPDATE acct SET sum = 100 WHERE id = 'b' AND sum = 77;
-- error: ConditionalCheckFailedException

DELETE FROM acct WHERE id = 'nobody';
-- affected: 0

INSERT INTO acct VALUE {'id': 'd', 'sum': 1};
-- error: DuplicateItemException

COMMIT;
-- error: TransactionCanceledException like 'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, None, DuplicateItem]'

SELECT id FROM acct WHERE sum = 100;
-- rows: 0

-- A savepoint takes back the failure, and with it the statements since.

BEGIN;

UPDATE acct SET sum = 100 WHERE id = 'a';

SAVEPOINT s;

UPDATE acct SET sum = 100 WHERE id = 'b' AND sum = 77;
-- error: ConditionalCheckFailedException

ROLLBACK TO s;

EXISTS (SELECT * FROM acct WHERE id = 'b' AND sum = 77);
-- error: ConditionalCheckFailedException

COMMIT;
-- error: TransactionCanceledException like '%[None, ConditionalCheckFailed]'

SELECT id FROM acct WHERE sum = 100;
-- rows: 0
