-- More than 38 digits are refused wherever a number may be stored or compared with stored ones.

CREATE TABLE t (k STRING, PRIMARY KEY (k));
INSERT INTO t << {'k': 'one', 'v': 1}, {'k': 'max', 'v': 99999999999999999999999999999999999999} >>;

INSERT INTO t VALUE {'k': 'x', 'v': 123456789012345678901234567890123456789};
-- error: ValidationException like 'The number 123456789012345678901234567890123456789 has more than 38 significant digits'

INSERT INTO t VALUE {'k': 'x', 'v': 0.1234567890123456789012345678901234567891};
-- error: ValidationException like '%more than 38 significant digits'

INSERT INTO t << {'k': 'x', 'v': [1, {'w': -1.00000000000000000000000000000000000000001}]} >>;
-- error: ValidationException like '%more than 38 significant digits'

INSERT INTO t (k, v) VALUES ('x', 123456789012345678901234567890123456789);
-- error: ValidationException like '%more than 38 significant digits'

INSERT INTO t SELECT 'x' AS k, 123456789012345678901234567890123456789 AS v FROM [1] AS one;
-- error: ValidationException like '%more than 38 significant digits'

INSERT INTO t VALUE {'k': 'x', 'v': `123456789012345678901234567890123456789`};
-- error: ValidationException like 'bad Ion literal: %more than 38 significant digits%'

INSERT INTO t VALUE {'k': 'x', 'v': `0x1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF`};
-- error: ValidationException like 'bad Ion literal: the number has more than 38 digits%'

REPLACE INTO t VALUE {'k': 'x', 'v': 123456789012345678901234567890123456789};
-- error: ValidationException like '%more than 38 significant digits'

UPDATE t SET v = 123456789012345678901234567890123456789 WHERE k = 'one';
-- error: ValidationException like '%more than 38 significant digits'

DELETE FROM t WHERE v = 1.00000000000000000000000000000000000000001;
-- error: ValidationException like '%more than 38 significant digits'

SELECT k FROM t WHERE v = 1.00000000000000000000000000000000000000001;
-- error: ValidationException like '%more than 38 significant digits'

SELECT k FROM t WHERE v IN (1, 1.00000000000000000000000000000000000000001);
-- error: ValidationException like '%more than 38 significant digits'

SELECT k FROM t WHERE v = 1 LIMIT 123456789012345678901234567890123456789;
-- error: ValidationException like '%more than 38 significant digits'

SELECT VALUE 123456789012345678901234567890123456789;
-- error: ValidationException like '%more than 38 significant digits'

VALUES (123456789012345678901234567890123456789);
-- error: ValidationException like '%more than 38 significant digits'

[(SELECT VALUE x FROM [1] AS x WHERE x = 1.00000000000000000000000000000000000000001)];
-- error: ValidationException like '%more than 38 significant digits'

-- Zeros before and behind are no digits of the number.
SELECT VALUE [0000000000000000000000000000000000000000000001, 1.00000000000000000000000000000000000000000000];
-- [1, 1]

SELECT k FROM t WHERE v = 1.00000000000000000000000000000000000000000000;
-- {'k': 'one'}

INSERT INTO t VALUE {'k': 'y', 'v': 100000000000000000000000000000000000000000000};
-- affected: 1

SELECT k FROM t WHERE v = 100000000000000000000000000000000000000000000;
-- {'k': 'y'}

-- An expression alone is rounded, as PartiQL has it, and says so.
123456789012345678901234567890123456789;
-- notice like '123456789012345678901234567890123456789 is rounded to 38 digits'

-- Text is cast to what it says, or not at all.
SELECT VALUE [CAST('123456789012345678901234567890123456789' AS DECIMAL) IS MISSING, CAN_CAST('0.123456789012345678901234567890123456789' AS DECIMAL),
  CAST('12345678901234567890123456789012345678' AS DECIMAL)];
-- [true, false, 12345678901234567890123456789012345678]

-- What is an INT stays one; what becomes one has 64 bits.
SELECT VALUE [CAST(9223372036854775808 AS INT), CAST(-9223372036854775808e0 AS INT), CAST('-9223372036854775808' AS INT)];
-- [9223372036854775808, -9223372036854775808, -9223372036854775808]

SELECT VALUE CAST('9223372036854775808' AS INT);
-- error: ValidationException like 'the number does not fit into INT: 9223372036854775808'

SELECT VALUE CAST('123456789012345678901234567890123456789' AS INT);
-- error: ValidationException like 'the number does not fit into INT'

SELECT VALUE CAST(9223372036854775808 AS BIGINT);
-- error: ValidationException like 'the number does not fit into BIGINT%'

-- Arithmetic: DECIMAL is rounded, INT is not.
SELECT VALUE 1.0 / 3;
-- 0.33333333333333333333333333333333333333

SELECT VALUE 99999999999999999999999999999999999999 * 10 + 1;
-- error: ValidationException like 'INT overflow: the result has more than 38 digits'

SELECT SUM(x) AS s FROM <<99999999999999999999999999999999999999, 2>> AS x;
-- error: ValidationException like 'INT overflow: the result has more than 38 digits'

-- A FLOAT that scales an interval counts with its decimal spelling, but as a divisor of seconds.
SELECT VALUE [INTERVAL '10' MONTH * 0.7e0, INTERVAL '3' YEAR / 2.25e-1, INTERVAL '1' SECOND * 0.3e0];
-- [INTERVAL '0-07' YEAR TO MONTH, INTERVAL '13-04' YEAR TO MONTH, INTERVAL '0 00:00:00.3' DAY TO SECOND]

SET dialect = dynamodb;
INSERT INTO t VALUE {'k': 'x', 'v': 123456789012345678901234567890123456789};
-- error: ValidationException like 'Attempting to store more than 38 significant digits in a Number under root%'

SELECT k FROM t WHERE v = 123456789012345678901234567890123456789;
-- error: ValidationException like 'Attempting to store more than 38 significant digits in a Number under root%'
