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
