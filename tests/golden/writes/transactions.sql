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
