-- EXPLAIN (FORMAT API) and (FORMAT CLI): the requests a plan amounts to.

CREATE TABLE songs (artist STRING, title STRING, PRIMARY KEY (artist, title), GLOBAL INDEX by_genre (genre STRING, plays NUMBER), GLOBAL INDEX thin (label STRING) PROJECT KEYS ONLY);

EXPLAIN (FORMAT API) SELECT plays, "year" FROM songs WHERE artist = 'Nina' AND title = 'It''s "x"';
-- text:
-- | GetItem
-- | {
-- |   "TableName": "songs",
-- |   "Key": {"artist":{"S":"Nina"},"title":{"S":"It's \"x\""}},
-- |   "ProjectionExpression": "#artist, #plays, #title, #year",
-- |   "ExpressionAttributeNames": {"#artist":"artist","#plays":"plays","#title":"title","#year":"year"}
-- | }
EXPLAIN (FORMAT API) SELECT * FROM songs WHERE artist = 'Nina' AND title = 'x' AND plays > 3;
-- text:
-- | GetItem
-- | {
-- |   "TableName": "songs",
-- |   "Key": {"artist":{"S":"Nina"},"title":{"S":"x"}}
-- | }
-- | -- in the client: keep items with songs.plays > 3
EXPLAIN (FORMAT API) SELECT * FROM songs WHERE artist = 'Nina' AND title IN ('a', 'b', 'a');
-- text:
-- | BatchGetItem
-- | {
-- |   "RequestItems": {"songs":{"Keys":[{"artist":{"S":"Nina"},"title":{"S":"a"}},{"artist":{"S":"Nina"},"title":{"S":"b"}}]}}
-- | }
EXPLAIN (FORMAT API) SELECT title FROM songs WHERE artist = 'Nina' AND begins_with(title, 'S') AND plays >= 10 AND credits[0].role = 'x' ORDER BY title DESC LIMIT 5;
-- text:
-- | Query
-- | {
-- |   "TableName": "songs",
-- |   "KeyConditionExpression": "#artist = :v1 AND begins_with(#title, :v2)",
-- |   "FilterExpression": "#plays >= :v3 AND #credits[0].#role = :v4",
-- |   "ProjectionExpression": "#artist, #credits, #plays, #title",
-- |   "ExpressionAttributeNames": {"#artist":"artist","#title":"title","#plays":"plays","#credits":"credits","#role":"role"},
-- |   "ExpressionAttributeValues": {":v1":{"S":"Nina"},":v2":{"S":"S"},":v3":{"N":"10"},":v4":{"S":"x"}},
-- |   "ScanIndexForward": false
-- | }
-- | -- page by page, until 5 items match
-- | -- in the client: Limit, limit: 5
EXPLAIN (FORMAT API) SELECT * FROM songs WHERE genre = 'jazz' AND plays > 5 AND plays <= 9 ORDER BY plays LIMIT 2;
-- text:
-- | Query
-- | {
-- |   "TableName": "songs",
-- |   "IndexName": "by_genre",
-- |   "KeyConditionExpression": "#genre = :v1 AND #plays BETWEEN :v2 AND :v3",
-- |   "ExpressionAttributeNames": {"#genre":"genre","#plays":"plays"},
-- |   "ExpressionAttributeValues": {":v1":{"S":"jazz"},":v2":{"N":"5"},":v3":{"N":"9"}}
-- | }
-- | -- in the client: keep items with plays <> 5
-- | -- page by page, until 2 items match
-- | -- in the client: Limit, limit: 2
EXPLAIN (FORMAT API) SELECT * FROM songs WHERE genre IN ('folk', 'jazz') AND plays = 1;
-- text:
-- | Query
-- | {
-- |   "TableName": "songs",
-- |   "IndexName": "by_genre",
-- |   "KeyConditionExpression": "#genre = :v1 AND #plays = :v2",
-- |   "ExpressionAttributeNames": {"#genre":"genre","#plays":"plays"},
-- |   "ExpressionAttributeValues": {":v1":{"S":"folk"},":v2":{"N":"1"}}
-- | }
-- | Query
-- | {
-- |   "TableName": "songs",
-- |   "IndexName": "by_genre",
-- |   "KeyConditionExpression": "#genre = :v1 AND #plays = :v2",
-- |   "ExpressionAttributeNames": {"#genre":"genre","#plays":"plays"},
-- |   "ExpressionAttributeValues": {":v1":{"S":"jazz"},":v2":{"N":"1"}}
-- | }
EXPLAIN (FORMAT API) SELECT note FROM songs WHERE label = 'x';
-- text:
-- | Query
-- | {
-- |   "TableName": "songs",
-- |   "IndexName": "thin",
-- |   "KeyConditionExpression": "#label = :v1",
-- |   "ExpressionAttributeNames": {"#label":"label"},
-- |   "ExpressionAttributeValues": {":v1":{"S":"x"}}
-- | }
-- | BatchGetItem
-- | {
-- |   "RequestItems": {"songs":{"Keys":[{"artist":{"S":"<artist>"},"title":{"S":"<title>"}}]}}
-- | }
-- | -- for each 100 keys found: the index lacks attributes that the statement reads
EXPLAIN (FORMAT API) SELECT COUNT(*) AS n FROM songs WHERE plays <> 3 AND (tags IS MISSING OR "year" IN (1, 2)) AND UPPER(title) = 'X';
-- text:
-- | Scan
-- | {
-- |   "TableName": "songs",
-- |   "FilterExpression": "(attribute_exists(#plays) AND NOT attribute_type(#plays, :v2) AND #plays <> :v1) AND (attribute_not_exists(#tags) OR #year IN (:v3, :v4))",
-- |   "ProjectionExpression": "#plays, #tags, #title, #year",
-- |   "ExpressionAttributeNames": {"#plays":"plays","#tags":"tags","#year":"year","#title":"title"},
-- |   "ExpressionAttributeValues": {":v1":{"N":"3"},":v2":{"S":"NULL"},":v3":{"N":"1"},":v4":{"N":"2"}}
-- | }
-- | -- in the client: keep items with UPPER(songs.title) = 'X'
-- | -- in the client: Aggregate, calls: COUNT(*)
EXPLAIN (FORMAT API) SELECT s.title, t.title AS other FROM songs AS s, songs AS t WHERE s.artist = 'a' AND t.artist = s.title;
-- text:
-- | Query
-- | {
-- |   "TableName": "songs",
-- |   "KeyConditionExpression": "#artist = :v1",
-- |   "ProjectionExpression": "#artist, #title",
-- |   "ExpressionAttributeNames": {"#artist":"artist","#title":"title"},
-- |   "ExpressionAttributeValues": {":v1":{"S":"a"}}
-- | }
-- | Query
-- | {
-- |   "TableName": "songs",
-- |   "KeyConditionExpression": "#artist = :v1",
-- |   "ProjectionExpression": "#artist, #title",
-- |   "ExpressionAttributeNames": {"#artist":"artist","#title":"title"},
-- |   "ExpressionAttributeValues": {":v1":{"S":"<s.title>"}}
-- | }
-- | -- in the client: LookupJoin, kind: inner
EXPLAIN (FORMAT API) SELECT * FROM songs WHERE artist = 'a' AND artist = 'b';
-- text:
-- | -- in the client: Empty, because: no item can meet the condition songs.artist = 'a' AND songs.artist = 'b'
EXPLAIN (FORMAT API) INSERT INTO songs VALUE {'artist': 'a', 'title': 't', 'tags': <<1, 2>>};
-- text:
-- | PutItem
-- | {
-- |   "TableName": "songs",
-- |   "Item": {"artist":{"S":"a"},"title":{"S":"t"},"tags":{"NS":["1","2"]}},
-- |   "ConditionExpression": "attribute_not_exists(#artist)",
-- |   "ExpressionAttributeNames": {"#artist":"artist"}
-- | }
EXPLAIN (FORMAT API) REPLACE INTO songs << {'artist': 'a', 'title': 't'}, {'artist': 'a', 'title': 'u'} >>;
-- text:
-- | TransactWriteItems
-- | {
-- |   "TransactItems": [{"Put":{"TableName":"songs","Item":{"artist":{"S":"a"},"title":{"S":"t"}}}},{"Put":{"TableName":"songs","Item":{"artist":{"S":"a"},"title":{"S":"u"}}}}]
-- | }
EXPLAIN (FORMAT API) UPSERT INTO songs VALUE {'artist': 'a', 'title': 't', 'plays': 1};
-- text:
-- | UpdateItem
-- | {
-- |   "TableName": "songs",
-- |   "Key": {"artist":{"S":"a"},"title":{"S":"t"}},
-- |   "UpdateExpression": "SET #plays = :v1",
-- |   "ExpressionAttributeNames": {"#plays":"plays"},
-- |   "ExpressionAttributeValues": {":v1":{"N":"1"}}
-- | }
EXPLAIN (FORMAT API) UPDATE songs SET plays = plays + 1, "year" = if_not_exists("year", 2000) REMOVE note WHERE artist = 'a' AND title = 't' AND plays < 10 RETURNING ALL NEW *;
-- text:
-- | UpdateItem
-- | {
-- |   "TableName": "songs",
-- |   "Key": {"artist":{"S":"a"},"title":{"S":"t"}},
-- |   "UpdateExpression": "SET #plays = #plays + :v1, #year = if_not_exists(#year, :v2) REMOVE #note",
-- |   "ConditionExpression": "attribute_exists(#artist) AND #plays < :v3",
-- |   "ExpressionAttributeNames": {"#plays":"plays","#year":"year","#note":"note","#artist":"artist"},
-- |   "ExpressionAttributeValues": {":v1":{"N":"1"},":v2":{"N":"2000"},":v3":{"N":"10"}},
-- |   "ReturnValues": "ALL_NEW"
-- | }
-- | -- where the condition is false nothing is written: ConditionalCheckFailedException is no error
EXPLAIN (FORMAT API) UPDATE songs SET plays = 0 WHERE genre = 'jazz' AND plays > 100;
-- text:
-- | Query
-- | {
-- |   "TableName": "songs",
-- |   "IndexName": "by_genre",
-- |   "KeyConditionExpression": "#genre = :v1 AND #plays > :v2",
-- |   "ExpressionAttributeNames": {"#genre":"genre","#plays":"plays"},
-- |   "ExpressionAttributeValues": {":v1":{"S":"jazz"},":v2":{"N":"100"}}
-- | }
-- | UpdateItem
-- | {
-- |   "TableName": "songs",
-- |   "Key": {"artist":{"S":"<artist>"},"title":{"S":"<title>"}},
-- |   "UpdateExpression": "SET #plays = :v1",
-- |   "ConditionExpression": "attribute_exists(#artist) AND #genre = :v2 AND #plays > :v3",
-- |   "ExpressionAttributeNames": {"#plays":"plays","#artist":"artist","#genre":"genre"},
-- |   "ExpressionAttributeValues": {":v1":{"N":"0"},":v2":{"S":"jazz"},":v3":{"N":"100"}}
-- | }
-- | -- for each item found, with its key
-- | -- where the condition is false nothing is written: ConditionalCheckFailedException is no error
EXPLAIN (FORMAT API) DELETE FROM songs WHERE artist = 'a' AND title = 't';
-- text:
-- | DeleteItem
-- | {
-- |   "TableName": "songs",
-- |   "Key": {"artist":{"S":"a"},"title":{"S":"t"}}
-- | }
EXPLAIN (FORMAT CLI) SELECT title FROM songs WHERE artist = 'It''s' AND title BETWEEN 'a' AND 'b' ORDER BY title DESC;
-- text:
-- | aws dynamodb query \
-- |   --table-name songs \
-- |   --key-condition-expression '#artist = :v1 AND #title BETWEEN :v2 AND :v3' \
-- |   --projection-expression '#artist, #title' \
-- |   --expression-attribute-names '{"#artist":"artist","#title":"title"}' \
-- |   --expression-attribute-values '{":v1":{"S":"It'\''s"},":v2":{"S":"a"},":v3":{"S":"b"}}' \
-- |   --no-scan-index-forward
EXPLAIN (FORMAT CLI) DELETE FROM songs WHERE artist = 'a' AND title = 't' AND plays = 0;
-- text:
-- | # where the condition is false nothing is written: ConditionalCheckFailedException is no error
-- | aws dynamodb delete-item \
-- |   --table-name songs \
-- |   --key '{"artist":{"S":"a"},"title":{"S":"t"}}' \
-- |   --condition-expression '#plays = :v1' \
-- |   --expression-attribute-names '{"#plays":"plays"}' \
-- |   --expression-attribute-values '{":v1":{"N":"0"}}'
EXPLAIN (FORMAT CLI) SELECT * FROM songs LIMIT 3;
-- text:
-- | aws dynamodb scan \
-- |   --table-name songs \
-- |   --max-items 3

EXPLAIN (ANALYZE, FORMAT API) SELECT * FROM songs;
-- error: ValidationException like 'EXPLAIN ANALYZE has the formats TEXT and JSON'

EXPLAIN (FORMAT XML) SELECT * FROM songs;
-- error: ValidationException like 'unknown format XML'

EXPLAIN (ANALYZE, FORMAT JSON) SELECT COUNT(*) FROM songs;
-- text like '%"slowest"%'

SELECT * FROM songs;
-- rows: 0
