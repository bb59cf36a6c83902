-- CREATE TABLE in all its spellings, and what is wrong with the wrong ones.

CREATE TABLE plain (id NUMBER, PRIMARY KEY (id));

CREATE TABLE two_keys (a STRING, b NUMBER, PRIMARY KEY (a, b));

CREATE TABLE short_types (a S, b N, c B, PRIMARY KEY (a, b), GLOBAL INDEX g (c));

CREATE TABLE hash_range (a STRING, b NUMBER, PRIMARY KEY (a HASH, b RANGE));

CREATE TABLE indexed (
  a STRING, b NUMBER, c STRING, d NUMBER,
  PRIMARY KEY (a, b),
  GLOBAL INDEX g_all (c, d),
  GLOBAL INDEX g_keys (c) PROJECT KEYS ONLY,
  GLOBAL INDEX g_some (d) PROJECT INCLUDE (x, y),
  LOCAL INDEX l (a, d) PROJECT ALL
);

create table lower_case (id number, primary key (id));

CREATE TABLE "Odd-Name.1" ("the key" STRING, PRIMARY KEY ("the key"));

SHOW TABLES;
-- rows: 7

-- Names are case-sensitive.
CREATE TABLE Plain (id NUMBER, PRIMARY KEY (id));

CREATE TABLE plain (id NUMBER, PRIMARY KEY (id));
-- error: ResourceInUseException like '%plain%'

CREATE TABLE IF NOT EXISTS plain (id NUMBER, PRIMARY KEY (id));

CREATE TABLE no_key (id NUMBER);
-- error: ValidationException

CREATE TABLE undeclared (id NUMBER, PRIMARY KEY (other));
-- error: ValidationException like '%other%'

CREATE TABLE same_key (id NUMBER, PRIMARY KEY (id, id));
-- error: ValidationException

CREATE TABLE bad_type (id BOOL, PRIMARY KEY (id));
-- error: ValidationException

CREATE TABLE twice (id NUMBER, PRIMARY KEY (id), GLOBAL INDEX g (id), GLOBAL INDEX g (id));
-- error: ValidationException like '%g%'

CREATE TABLE local_alone (id NUMBER, x NUMBER, PRIMARY KEY (id), LOCAL INDEX l (id, x));
-- error: ValidationException

CREATE TABLE local_other (a NUMBER, b NUMBER, x NUMBER, PRIMARY KEY (a, b), LOCAL INDEX l (b, x));
-- error: ValidationException

CREATE TABLE index_undeclared (id NUMBER, PRIMARY KEY (id), GLOBAL INDEX g (x));
-- error: ValidationException like '%x%'

CREATE TABLE "no spaces" (id NUMBER, PRIMARY KEY (id));
-- error: ValidationException

DROP TABLE plain;

DROP TABLE plain;
-- error: ResourceNotFoundException like '%plain%'

DROP TABLE IF EXISTS plain;

SELECT * FROM plain;
-- error: ResourceNotFoundException like '%plain%'

-- A table made anew is empty.
INSERT INTO two_keys VALUE {'a': 'x', 'b': 1};
-- affected: 1

DROP TABLE two_keys;

CREATE TABLE two_keys (a STRING, b NUMBER, PRIMARY KEY (a, b));

SELECT * FROM two_keys;
-- rows: 0

-- Provisioned units start at 1; both are needed.
CREATE TABLE prov (id NUMBER, PRIMARY KEY (id)) BILLING MODE PROVISIONED (0 RCU, 5 WCU);
-- error: ValidationException like '1 validation error detected: Value ''0'' at ''provisionedThroughput.readCapacityUnits'' failed to satisfy constraint: Member must have value greater than or equal to 1'
CREATE TABLE prov (id NUMBER, PRIMARY KEY (id)) BILLING MODE PROVISIONED (-1 RCU, 0 WCU);
-- error: ValidationException like '2 validation errors detected: Value ''-1'' at ''provisionedThroughput.readCapacityUnits''%; Value ''0'' at ''provisionedThroughput.writeCapacityUnits''%'
CREATE TABLE prov (id NUMBER, PRIMARY KEY (id)) BILLING MODE PROVISIONED (5 WCU);
-- error: ValidationException like '%must both be specified%'
