-- Items with the same index key are all there, each once.

CREATE TABLE msgs (pk STRING, sk STRING, uuid STRING, PRIMARY KEY (pk, sk), GLOBAL INDEX by_uuid (uuid));
INSERT INTO msgs <<
  {'pk': 'g1', 'sk': '1', 'uuid': 'u'}, {'pk': 'g1', 'sk': '2', 'uuid': 'u'}, {'pk': 'g2', 'sk': '1', 'uuid': 'u'},
  {'pk': 'g2', 'sk': '2', 'uuid': 'v'}
>>;

SELECT pk, sk FROM msgs WHERE uuid = 'u';
-- plan: Query msgs.by_uuid
-- {'pk': 'g1', 'sk': '1'}
-- {'pk': 'g1', 'sk': '2'}
-- {'pk': 'g2', 'sk': '1'}

UPDATE msgs SET uuid = 'v' WHERE pk = 'g1' AND sk = '2';
-- affected: 1

SELECT pk, sk FROM "msgs"."by_uuid" WHERE uuid = 'v';
-- {'pk': 'g1', 'sk': '2'}
-- {'pk': 'g2', 'sk': '2'}
