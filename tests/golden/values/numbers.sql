-- Exact numbers: 38 digits, order, limits.

CREATE TABLE num (n NUMBER, PRIMARY KEY (n));
INSERT INTO num << {'n': 0}, {'n': -1}, {'n': 1}, {'n': 10}, {'n': 2}, {'n': -10}, {'n': 0.5}, {'n': -0.5}, {'n': 1E-130}, {'n': 9.9E125}, {'n': -1E-100} >>;
-- affected: 11

SELECT VALUE n FROM num WHERE n < 100 AND n > -100 ORDER BY n;
-- ordered
-- -10
-- -1
-- -0.5
-- -1E-100
-- 0
-- 1E-130
-- 0.5
-- 1
-- 2
-- 10

-- One key, however it is spelled.
INSERT INTO num VALUE {'n': 1.0};
-- error: DuplicateItemException

INSERT INTO num VALUE {'n': 10E-1};
-- error: DuplicateItemException

SELECT VALUE n FROM num WHERE n = 100E-2;
-- 1

INSERT INTO num VALUE {'n': 1E126};
-- error: ValidationException

INSERT INTO num VALUE {'n': 1E-131};
-- error: ValidationException

UPDATE num SET x = 99999999999999999999999999999999999999 WHERE n = 1;
-- affected: 1

UPDATE num SET x = x + 0.5 WHERE n = 1;
-- error: ValidationException

SELECT VALUE x FROM num WHERE n = 1;
-- 99999999999999999999999999999999999999

0.1 + 0.2;
-- 0.3

1 / 3 * 3 = 1;
-- false

10 / 4;
-- 2

10.0 / 4;
-- 2.5

7 % 3;
-- 1

1 / 0;
-- error: ValidationException like '%zero%'

123456789012345678901234567890 * 2;
-- 246913578024691357802469135780

-5 % 3;
-- -2
