-- What is wrong is said with an exception name, and nothing breaks.

SELEC 1;
-- error: ValidationException

SELECT FROM t;
-- error: ValidationException

SELECT * FROM;
-- error: ValidationException

SELECT * FROM missing_table;
-- error: ResourceNotFoundException like '%missing_table%'

CREATE TABLE known (id NUMBER, name STRING, PRIMARY KEY (id), GLOBAL INDEX by_name (name) PROJECT KEYS ONLY);

SELECT * FROM knwon;
-- error: ResourceNotFoundException like '%knwon%'

SELECT * FROM "known"."by_nmae";
-- error: ValidationException like '%by_nmae%'

SET dialect = dynamodb;

SELECT other FROM "known"."by_name";
-- error: ValidationException like '%by_name%other%'
