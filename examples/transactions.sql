-- A booking: seat and payment together or not at all.

CREATE TABLE seats (flight STRING, seat STRING, PRIMARY KEY (flight, seat));
CREATE TABLE wallets (name STRING, PRIMARY KEY (name));
INSERT INTO seats << {'flight': 'PA7', 'seat': '1A'}, {'flight': 'PA7', 'seat': '1B', 'taken_by': 'Ines'} >>;
INSERT INTO wallets VALUE {'name': 'Tom', 'money': 100};

BEGIN;

UPDATE seats SET taken_by = 'Tom' WHERE flight = 'PA7' AND seat = '1A' AND taken_by IS MISSING;
-- affected: 1

UPDATE wallets SET money = money - 80 WHERE name = 'Tom';
-- affected: 1

-- A check: COMMIT does nothing if it fails.

EXISTS (SELECT * FROM wallets WHERE name = 'Tom' AND money >= 0);

COMMIT;

-- The other seat costs more than is left.

BEGIN;

SAVEPOINT before_upgrade;

UPDATE wallets SET money = money - 80 WHERE name = 'Tom';

EXISTS (SELECT * FROM wallets WHERE name = 'Tom' AND money >= 0);
-- error: ConditionalCheckFailedException

-- Going back to the savepoint makes the failure undone, and the transaction usable.

ROLLBACK TO before_upgrade;

UPDATE wallets SET money = money - 5 WHERE name = 'Tom';

COMMIT;

SELECT money FROM wallets WHERE name = 'Tom';
-- {'money': 15}

-- Two at once: the second one to commit read what the first one changed.

BEGIN;

SELECT money FROM wallets WHERE name = 'Tom';
-- {'money': 15}

-- @connection other

UPDATE wallets SET money = 1000 WHERE name = 'Tom';

-- @connection main

UPDATE seats SET fare = 'full' WHERE flight = 'PA7' AND seat = '1A';

COMMIT;
-- error: TransactionConflictException
