-- Global indexes whose partition key and sort key have several attributes each.

CREATE TABLE games (
  id STRING, tournament STRING, region STRING, round NUMBER, bracket STRING, day NUMBER,
  PRIMARY KEY (id),
  GLOBAL INDEX by_place ((tournament, region), (round, bracket, day)),
  GLOBAL INDEX keys ((tournament, region)) PROJECT KEYS ONLY
);

INSERT INTO games <<
  {'id': 'm1', 'tournament': 'W', 'region': 'EU', 'round': 1, 'bracket': 'upper', 'day': 3, 'who': 'a'},
  {'id': 'm2', 'tournament': 'W', 'region': 'EU', 'round': 1, 'bracket': 'lower', 'day': 5, 'who': 'b'},
  {'id': 'm3', 'tournament': 'W', 'region': 'EU', 'round': 2, 'bracket': 'upper', 'day': 7, 'who': 'c'},
  {'id': 'm4', 'tournament': 'W', 'region': 'US', 'round': 1, 'bracket': 'upper', 'day': 3, 'who': 'd'},
  {'id': 'm5', 'tournament': 'S', 'region': 'EU', 'round': 1, 'bracket': 'upper', 'day': 3, 'who': 'e'},
  {'id': 'm6', 'tournament': 'W', 'region': 'EU', 'round': 1, 'bracket': 'upper', 'day': 2, 'who': 'f'},
  {'id': 'm7', 'tournament': 'W', 'region': 'EU', 'who': 'no sort key'},
  {'id': 'm8', 'tournament': 'W', 'round': 1, 'bracket': 'upper', 'day': 1, 'who': 'half a partition key'}
>>;

-- All attributes of the partition key, then those of the sort key from left to right.
SELECT VALUE id FROM games WHERE tournament = 'W' AND region = 'EU' AND round = 1 AND bracket = 'upper' AND day > 2;
-- plan: Query games.by_place
-- 'm1'

SELECT VALUE id FROM games.by_place WHERE tournament = 'W' AND region = 'EU' AND round = 1 ORDER BY bracket, day DESC;
-- ordered
-- 'm2'
-- 'm1'
-- 'm6'

SELECT VALUE id FROM games.by_place WHERE tournament = 'W' AND region = 'EU' ORDER BY round DESC, bracket DESC, day DESC;
-- plan: Query games.by_place
-- ordered
-- 'm3'
-- 'm1'
-- 'm6'
-- 'm2'

SELECT VALUE id FROM games.by_place WHERE tournament = 'W' AND region = 'EU' AND begins_with(bracket, 'up') AND round IN [1, 2];
-- 'm1'
-- 'm3'
-- 'm6'

SELECT VALUE id FROM games.by_place WHERE tournament = 'W' AND region IN ['US', 'EU'] AND round = 1 AND bracket = 'upper';
-- 'm1'
-- 'm4'
-- 'm6'

EXPLAIN SELECT id FROM games.by_place WHERE tournament = 'W' AND region = 'EU' AND round = 1 AND bracket < 'm' AND who <> 'x';
-- text like '%key: tournament = ''W'' AND region = ''EU'' AND round = 1 AND bracket < ''m''%filter: by_place.who <> ''x''%'

EXPLAIN (FORMAT API) SELECT id FROM games.by_place WHERE tournament = 'W' AND region = 'EU' AND round = 1 AND begins_with(bracket, 'l');
-- text like '%"KeyConditionExpression": "#tournament = :v1 AND #region = :v2 AND #round = :v3 AND begins_with(#bracket, :v4)"%'

SELECT VALUE id FROM games WHERE (tournament = 'W' AND region = 'EU' AND round = 2) OR (tournament = 'S' AND region = 'EU') OR (tournament = 'W' AND region = 'EU' AND round > 1);
-- plan: Query games.keys
-- 'm3'
-- 'm5'
SELECT VALUE id FROM games.by_place WHERE (tournament = 'W' AND region = 'EU' AND round = 2) OR (tournament = 'S' AND region = 'EU') OR (tournament = 'W' AND region = 'EU' AND round > 1);
-- plan: Query games.by_place
-- 'm3'
-- 'm5'

-- A sort attribute that is skipped is a filter.
SELECT VALUE id FROM games.by_place WHERE tournament = 'W' AND region = 'EU' AND day = 3;
-- 'm1'

-- A part of the partition key finds nothing by itself: the index is read as a whole.
SELECT VALUE id FROM games.by_place WHERE tournament = 'W' AND round = 1 AND bracket = 'upper';
-- plan: Scan games.by_place
-- 'm1'
-- 'm4'
-- 'm6'

-- Another type than the key's, and no value at all.
SELECT VALUE id FROM games.by_place WHERE tournament = 'W' AND region = 5;
-- rows: 0
SELECT VALUE id FROM games.by_place WHERE tournament = 'W' AND region = 'EU' AND round = 'one';
-- rows: 0
SELECT VALUE id FROM games.by_place WHERE tournament = 'W' AND region = NULL;
-- rows: 0

-- Only items with every attribute are in it.
SELECT COUNT(*) AS n FROM games.by_place;
-- {'n': 6}
SELECT COUNT(*) AS n FROM games.keys;
-- {'n': 7}
SELECT * FROM games.keys WHERE tournament = 'S' AND region = 'EU';
-- {'tournament': 'S', 'region': 'EU', 'id': 'm5'}

INSERT INTO games VALUE {'id': 'm9', 'tournament': 'W', 'region': 'EU', 'round': 'first'};
-- error: ValidationException like '%Type mismatch for Index Key round Expected: N Actual: S IndexName: by_place'
INSERT INTO games VALUE {'id': 'm9', 'tournament': 'W', 'region': ''};
-- error: ValidationException like '%region%'

UPDATE games SET region = 'US' WHERE id = 'm6';
SELECT VALUE id FROM games.by_place WHERE tournament = 'W' AND region = 'US' AND round = 1 AND bracket = 'upper' AND day BETWEEN 2 AND 3;
-- 'm4'
-- 'm6'
DELETE FROM games WHERE id = 'm4';
SELECT VALUE id FROM games.by_place WHERE tournament = 'W' AND region = 'US';
-- 'm6'

-- Made later, and shown.
CREATE INDEX by_who ON games ((region, who STRING), (day)) PROJECT INCLUDE (round);
SELECT VALUE id FROM games.by_who WHERE region = 'EU' AND who = 'c' AND day >= 7;
-- 'm3'
SHOW CREATE TABLE games;
-- text like '%GLOBAL INDEX "by_place" (("tournament", "region"), ("round", "bracket", "day")) PROJECT ALL%'

-- @check

-- What is refused.
CREATE INDEX i ON games ((a STRING, b STRING, c STRING, d STRING, e STRING));
-- error: ValidationException like '%have at most 4 attributes each%'
CREATE INDEX i ON games (a STRING, b STRING, c STRING);
-- error: ValidationException like '%several attributes of one part stand in parentheses: ((a, b), (c, d))%'
CREATE INDEX i ON games ((a STRING, a), b STRING);
-- error: ValidationException like '%The attribute a is in the KeySchema more than once%'
CREATE TABLE t (a STRING, b STRING, PRIMARY KEY ((a, b)));
-- error: ValidationException like 'Invalid KeySchema: The second KeySchemaElement is not a RANGE key type'
CREATE TABLE t (a STRING, b STRING, c STRING, PRIMARY KEY (a, b), LOCAL INDEX i ((a, b), c));
-- error: ValidationException like '%a key has one or two attributes%'
CREATE INDEX i ON games (a STRING RANGE, b STRING HASH);
-- error: ValidationException like '%The first KeySchemaElement is not a HASH key type'

-- ddbsh's way to say it.
CREATE INDEX ddbsh ON games (region HASH, bracket HASH, day RANGE, round RANGE);
SELECT VALUE id FROM games.ddbsh WHERE region = 'EU' AND bracket = 'upper' AND day = 7;
-- 'm3'

-- DynamoDB lets no statement read such an index.
SET dialect = dynamodb;
SELECT * FROM "games"."by_place" WHERE tournament = 'W' AND region = 'EU';
-- error: ValidationException like 'PartiQL statements cannot be executed on tables with multi-attribute HASH keys or multi-attribute RANGE keys.'
SET dialect = extended;

DROP TABLE games;
