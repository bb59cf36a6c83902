-- SET dialect = dynamodb: what Amazon DynamoDB's ExecuteStatement accepts, with its two-valued logic.

CREATE TABLE dd (pk STRING, sk NUMBER, PRIMARY KEY (pk, sk));
INSERT INTO dd << {'pk': 'a', 'sk': 1, 'x': 5}, {'pk': 'a', 'sk': 2, 'x': 'text'}, {'pk': 'a', 'sk': 3}, {'pk': 'b', 'sk': 1, 'x': null} >>;

SET dialect = dynamodb;

SELECT sk FROM dd WHERE pk = 'a' AND NOT x = 5;
-- {'sk': 2}
-- {'sk': 3}

SELECT pk, sk FROM dd WHERE x IS NULL;
-- {'pk': 'b', 'sk': 1}

SELECT sk FROM dd WHERE pk = 'a' AND x IS MISSING;
-- {'sk': 3}

SELECT COUNT(*) FROM dd;
-- error: ValidationException

SELECT sk FROM dd WHERE pk = 'a' LIMIT 1;
-- error: ValidationException

SELECT sk FROM dd WHERE pk = 'a' ORDER BY sk DESC;
-- ordered
-- {'sk': 3}
-- {'sk': 2}
-- {'sk': 1}

SELECT sk FROM dd ORDER BY sk;
-- error: ValidationException like '%WHERE%'

SELECT sk FROM dd WHERE pk = 'a' ORDER BY x;
-- error: ValidationException like '%x%'

INSERT INTO dd VALUE {'pk': 'a', 'sk': 1};
-- error: DuplicateItemException

UPDATE dd SET x = 1 WHERE pk = 'a';
-- error: ValidationException like '%mandatory equality%'

UPDATE dd SET x = 1 WHERE pk = 'zz' AND sk = 1;
-- error: ConditionalCheckFailedException

DELETE FROM dd WHERE pk = 'a' AND sk = 1 AND x = 77;
-- error: ConditionalCheckFailedException

DELETE FROM dd WHERE pk = 'a' AND sk = 99;
-- affected: 0

-- What a constant condition can never be is said before anything is read.

SELECT sk FROM dd WHERE pk = 'a' AND x BETWEEN 5 AND 1;
-- error: ValidationException like 'The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:5}, upper bound operand: AttributeValue: {N:1}'

SELECT sk FROM dd WHERE pk = 'a' AND x BETWEEN 1 AND 'z';
-- error: ValidationException like 'The BETWEEN operator requires same data type for lower and upper bounds%'

SELECT sk FROM dd WHERE pk = 'a' AND x = x;
-- error: ValidationException like 'The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [x]'

SELECT sk FROM dd WHERE pk = 'a' AND contains(m.a[0], m.a[0]);
-- error: ValidationException like '%operator: contains, first operand: [m, a, [0]]'

-- What is no statement is said in the service's words.

SELECT sk AS s FROM dd WHERE pk = 'a';
-- error: ValidationException like 'Aliasing is not supported'

SELECT sk FROM dd AS d WHERE pk = 'a';
-- error: ValidationException like 'Aliasing is not supported'

INSERT INTO dd AS d VALUE {'pk': 'y', 'sk': 1};
-- error: ValidationException like 'Statement wasn''t well formed, can''t be processed: Unexpected token after expression'

SELECT COUNT(*) FROM dd;
-- error: ValidationException like 'Unexpected path component at 1:8:5'

SELECT size(x) FROM dd;
-- error: ValidationException like 'Unexpected path component at 1:8:4'

SELECT sk FROM dd WHERE nosuch(x, 1) = 2;
-- error: ValidationException like 'Unrecognized function: NOSUCH at 1:25:6'

SELECTT * FROMM dd;
-- error: ValidationException like 'Statement wasn''t well formed, can''t be processed: Expected data manipulation'

SELECT * FROM dd WHERE;
-- error: ValidationException like 'Statement wasn''t well formed, can''t be processed: Unexpected term'

SELECT FROM dd;
-- error: ValidationException like 'Statement wasn''t well formed, can''t be processed: Unexpected term'

SELECT * FROM dd WHERE pk = ;
-- error: ValidationException like 'Statement wasn''t well formed, can''t be processed: Missing right-hand side expression of infix operator'

SELECT * FROM dd WHERE pk = SELECT;
-- error: ValidationException like 'Statement wasn''t well formed, can''t be processed: Unexpected keyword'

SELECT * FROM dd WHERE pk. = 1;
-- error: ValidationException like 'Statement wasn''t well formed, can''t be processed: Invalid path dot component'

SELECT * FROM dd WHERE pk = 'a');
-- error: ValidationException like 'Statement wasn''t well formed, can''t be processed: Unexpected token after expression'

SELECT * FROM dd ORDER BY pk WHERE pk = 'a';
-- error: ValidationException like 'Statement wasn''t well formed, can''t be processed: Unexpected token after expression'

DELETE FROM dd WHERE pk = 'a' ORDER BY sk;
-- error: ValidationException like 'Statement wasn''t well formed, can''t be processed: Unexpected token after expression'

-- Statements of our own keep our words.
CREATE TABLE;
-- error: ValidationException like 'expected %'

-- A number that cannot be stored, with its place.

INSERT INTO dd VALUE {'pk': 'x', 'sk': 1, 'n': 1e200};
-- error: ValidationException like 'Number overflow. Attempting to store a number with magnitude larger than supported range under root.n'

INSERT INTO dd VALUE {'pk': 'x', 'sk': 1, 'n': [1, {'m': 1e-200}]};
-- error: ValidationException like 'Number underflow. Attempting to store a number with magnitude smaller than supported range under root.n[1].m'

SELECT * FROM dd WHERE pk = 'x' AND n = 123456789012345678901234567890123456789;
-- error: ValidationException like 'Attempting to store more than 38 significant digits in a Number under root'

SET dialect = extended;

-- An attribute that the index has not is refused, beside a star, too.
CREATE TABLE proj (id STRING, PRIMARY KEY (id), GLOBAL INDEX thin (a STRING) PROJECT KEYS ONLY);
INSERT INTO proj VALUE {'id': '1', 'a': 'x', 'url': 'u'};
SELECT url FROM "proj"."thin";
-- error: ValidationException like '%Global secondary index thin does not project [url]'
SELECT x.*, x.url FROM "proj"."thin" AS x;
-- error: ValidationException like '%Global secondary index thin does not project [url]'
SELECT x.*, x.id AS again FROM "proj"."thin" AS x;
-- {'id': '1', 'a': 'x', 'again': '1'}
SELECT * FROM "proj"."thin" WHERE url IS MISSING;
-- {'id': '1', 'a': 'x'}

-- NULL is a value, and no function and no sum takes it: it has no size, and what asks for one is false.
CREATE TABLE nulls (id STRING, PRIMARY KEY (id));
INSERT INTO nulls << {'id': 'absent'}, {'id': 'list', 'x': [1]}, {'id': 'null', 'x': NULL}, {'id': 'number', 'x': 1} >>;
SET dialect = dynamodb;
SELECT id FROM nulls WHERE size(x) <> 2;
-- {'id': 'list'}
SELECT id FROM nulls WHERE NOT (size(x) <> 2);
-- {'id': 'absent'}
-- {'id': 'null'}
-- {'id': 'number'}
SELECT id FROM nulls WHERE size(x) <> nope;
-- {'id': 'list'}
SELECT id FROM nulls WHERE size(x) IN (NULL, 1);
-- {'id': 'list'}
UPDATE nulls SET x = x + 1 WHERE id = 'null';
-- error: ValidationException like 'An operand in the update expression has an incorrect data type'
UPDATE nulls SET y = if_not_exists(x, 1) - 1 WHERE id = 'null';
-- error: ValidationException like 'An operand in the update expression has an incorrect data type'
UPDATE nulls SET y = 1 + NULL WHERE id = 'null';
-- error: ValidationException like '%operator or function: +, operand type: NULL'
UPDATE nulls SET y = 'a' - 1 WHERE id = 'nobody';
-- error: ValidationException like '%operator or function: -, operand type: S'
UPDATE nulls SET x = list_append(x, [2]) WHERE id = 'null';
-- error: ValidationException like 'An operand in the update expression has an incorrect data type'
UPDATE nulls SET y = if_not_exists(x, 1) WHERE id = 'null';
SELECT * FROM nulls WHERE id = 'null';
-- {'id': 'null', 'x': NULL, 'y': NULL}
SET dialect = extended;
UPDATE nulls SET x = x + 1 WHERE id = 'null';
SELECT * FROM nulls WHERE id = 'null';
-- {'id': 'null', 'x': NULL, 'y': NULL}
