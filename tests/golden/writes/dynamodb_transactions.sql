-- BEGIN ... COMMIT in DynamoDB's dialect asks what ExecuteTransaction asks: different items, no more than 100.
CREATE TABLE t (id NUMBER, PRIMARY KEY (id));
CREATE TABLE u (id NUMBER, PRIMARY KEY (id));
SET dialect = 'dynamodb';

BEGIN;
INSERT INTO "t" VALUE {'id': 1};
INSERT INTO "u" VALUE {'id': 1};
UPDATE "t" SET a = 1 WHERE id = 1;
-- error: ValidationException like 'Transaction request cannot include multiple operations on one item'
COMMIT;
-- error: TransactionCanceledException
SELECT * FROM "t";
-- rows: 0

BEGIN;
SAVEPOINT s;
INSERT INTO "t" VALUE {'id': 1};
ROLLBACK TO s;
INSERT INTO "t" VALUE {'id': 1};
COMMIT;
SELECT * FROM "t";
-- {'id': 1}

-- A check is an operation as well.
BEGIN;
EXISTS (SELECT * FROM "t" WHERE id = 1 AND attribute_not_exists(a));
DELETE FROM "t" WHERE id = 1;
-- error: ValidationException like 'Transaction request cannot include multiple operations on one item'
ROLLBACK;

-- The hundred and first.
BEGIN;
INSERT INTO "t" VALUE {'id': 2};
INSERT INTO "t" VALUE {'id': 3};
INSERT INTO "t" VALUE {'id': 4};
INSERT INTO "t" VALUE {'id': 5};
INSERT INTO "t" VALUE {'id': 6};
INSERT INTO "t" VALUE {'id': 7};
INSERT INTO "t" VALUE {'id': 8};
INSERT INTO "t" VALUE {'id': 9};
INSERT INTO "t" VALUE {'id': 10};
INSERT INTO "t" VALUE {'id': 11};
INSERT INTO "t" VALUE {'id': 12};
INSERT INTO "t" VALUE {'id': 13};
INSERT INTO "t" VALUE {'id': 14};
INSERT INTO "t" VALUE {'id': 15};
INSERT INTO "t" VALUE {'id': 16};
INSERT INTO "t" VALUE {'id': 17};
INSERT INTO "t" VALUE {'id': 18};
INSERT INTO "t" VALUE {'id': 19};
INSERT INTO "t" VALUE {'id': 20};
INSERT INTO "t" VALUE {'id': 21};
INSERT INTO "t" VALUE {'id': 22};
INSERT INTO "t" VALUE {'id': 23};
INSERT INTO "t" VALUE {'id': 24};
INSERT INTO "t" VALUE {'id': 25};
INSERT INTO "t" VALUE {'id': 26};
INSERT INTO "t" VALUE {'id': 27};
INSERT INTO "t" VALUE {'id': 28};
INSERT INTO "t" VALUE {'id': 29};
INSERT INTO "t" VALUE {'id': 30};
INSERT INTO "t" VALUE {'id': 31};
INSERT INTO "t" VALUE {'id': 32};
INSERT INTO "t" VALUE {'id': 33};
INSERT INTO "t" VALUE {'id': 34};
INSERT INTO "t" VALUE {'id': 35};
INSERT INTO "t" VALUE {'id': 36};
INSERT INTO "t" VALUE {'id': 37};
INSERT INTO "t" VALUE {'id': 38};
INSERT INTO "t" VALUE {'id': 39};
INSERT INTO "t" VALUE {'id': 40};
INSERT INTO "t" VALUE {'id': 41};
INSERT INTO "t" VALUE {'id': 42};
INSERT INTO "t" VALUE {'id': 43};
INSERT INTO "t" VALUE {'id': 44};
INSERT INTO "t" VALUE {'id': 45};
INSERT INTO "t" VALUE {'id': 46};
INSERT INTO "t" VALUE {'id': 47};
INSERT INTO "t" VALUE {'id': 48};
INSERT INTO "t" VALUE {'id': 49};
INSERT INTO "t" VALUE {'id': 50};
INSERT INTO "t" VALUE {'id': 51};
INSERT INTO "t" VALUE {'id': 52};
INSERT INTO "t" VALUE {'id': 53};
INSERT INTO "t" VALUE {'id': 54};
INSERT INTO "t" VALUE {'id': 55};
INSERT INTO "t" VALUE {'id': 56};
INSERT INTO "t" VALUE {'id': 57};
INSERT INTO "t" VALUE {'id': 58};
INSERT INTO "t" VALUE {'id': 59};
INSERT INTO "t" VALUE {'id': 60};
INSERT INTO "t" VALUE {'id': 61};
INSERT INTO "t" VALUE {'id': 62};
INSERT INTO "t" VALUE {'id': 63};
INSERT INTO "t" VALUE {'id': 64};
INSERT INTO "t" VALUE {'id': 65};
INSERT INTO "t" VALUE {'id': 66};
INSERT INTO "t" VALUE {'id': 67};
INSERT INTO "t" VALUE {'id': 68};
INSERT INTO "t" VALUE {'id': 69};
INSERT INTO "t" VALUE {'id': 70};
INSERT INTO "t" VALUE {'id': 71};
INSERT INTO "t" VALUE {'id': 72};
INSERT INTO "t" VALUE {'id': 73};
INSERT INTO "t" VALUE {'id': 74};
INSERT INTO "t" VALUE {'id': 75};
INSERT INTO "t" VALUE {'id': 76};
INSERT INTO "t" VALUE {'id': 77};
INSERT INTO "t" VALUE {'id': 78};
INSERT INTO "t" VALUE {'id': 79};
INSERT INTO "t" VALUE {'id': 80};
INSERT INTO "t" VALUE {'id': 81};
INSERT INTO "t" VALUE {'id': 82};
INSERT INTO "t" VALUE {'id': 83};
INSERT INTO "t" VALUE {'id': 84};
INSERT INTO "t" VALUE {'id': 85};
INSERT INTO "t" VALUE {'id': 86};
INSERT INTO "t" VALUE {'id': 87};
INSERT INTO "t" VALUE {'id': 88};
INSERT INTO "t" VALUE {'id': 89};
INSERT INTO "t" VALUE {'id': 90};
INSERT INTO "t" VALUE {'id': 91};
INSERT INTO "t" VALUE {'id': 92};
INSERT INTO "t" VALUE {'id': 93};
INSERT INTO "t" VALUE {'id': 94};
INSERT INTO "t" VALUE {'id': 95};
INSERT INTO "t" VALUE {'id': 96};
INSERT INTO "t" VALUE {'id': 97};
INSERT INTO "t" VALUE {'id': 98};
INSERT INTO "t" VALUE {'id': 99};
INSERT INTO "t" VALUE {'id': 100};
INSERT INTO "t" VALUE {'id': 101};
INSERT INTO "t" VALUE {'id': 102};
-- error: ValidationException like '%Member must have length less than or equal to 100'
COMMIT;
-- error: TransactionCanceledException

-- The extended dialect knows neither limit.
SET dialect = 'extended';
BEGIN;
UPDATE t SET a = 1 WHERE id = 1;
UPDATE t SET a = a + 1 WHERE id = 1;
COMMIT;
SELECT VALUE t.a FROM t WHERE id = 1;
-- 2
