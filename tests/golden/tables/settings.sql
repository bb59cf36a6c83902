-- What is stored and shown of a table: throughput, class, encryption, tags, protection, point-in-time recovery.

CREATE TABLE t ( id NUMBER, g STRING )
  PRIMARY KEY ( id HASH )
  GSI ( by_g ON ( g HASH ) PROJECTING ALL BILLING MODE ON DEMAND THROUGHPUT ( 3 RCU, 4 WCU ) WARM THROUGHPUT ( 5 RCU, 6 WCU ) )
  BILLING MODE ON DEMAND THROUGHPUT ( 10 RCU, 20 WCU )
  WARM THROUGHPUT ( 30 RCU, 40 WCU )
  TAGS ( team : music, 'a b' : 'c''d' )
  SSE ( KEYID 'key-1' KMS )
  TABLE CLASS STANDARD INFREQUENT ACCESS
  DELETION PROTECTION ENABLED
  PITR ENABLED;

SHOW CREATE TABLE t;
-- text:
-- | CREATE TABLE "t" (
-- |   "id" NUMBER,
-- |   "g" STRING,
-- |   PRIMARY KEY ("id"),
-- |   GLOBAL INDEX "by_g" ("g") PROJECT ALL WITH (maximum_throughput = '3 RCU, 4 WCU', warm_throughput = '5 RCU, 6 WCU')
-- | ) WITH (deletion_protection = 'true', maximum_throughput = '10 RCU, 20 WCU', pitr = 'enabled', sse = 'KEYID ''key-1'' KMS', table_class = 'STANDARD_INFREQUENT_ACCESS', "tag:a b" = 'c''d', "tag:team" = 'music', warm_throughput = '30 RCU, 40 WCU')

DROP TABLE t;
-- error: ValidationException like 'Resource cannot be deleted as it is currently protected against deletion%'

ALTER TABLE t SET DELETION PROTECTION DISABLED;
ALTER TABLE t SET SSE DISABLED;
ALTER TABLE t SET PITR DISABLED;
ALTER TABLE t UPDATE GSI ( by_g SET BILLING MODE ON DEMAND THROUGHPUT UNLIMITED );
SHOW CREATE TABLE t;
-- text like '%"by_g" ("g") PROJECT ALL WITH (warm_throughput = ''5 RCU, 6 WCU'')%maximum_throughput%sse = ''DISABLED''%'

DROP TABLE t;

-- As an older version wrote it.
CREATE TABLE old (id NUMBER, g STRING, PRIMARY KEY (id), GLOBAL INDEX by_g (g))
  WITH (maximum_throughput = '1 RCU, 2 WCU', "index:by_g:warm_throughput" = '7 RCU, 8 WCU', sse = 'aes256 owned');
SHOW CREATE TABLE old;
-- text like '%"by_g" ("g") PROJECT ALL WITH (warm_throughput = ''7 RCU, 8 WCU'')%WITH (maximum_throughput = ''1 RCU, 2 WCU'', sse = ''AES256'')'

CREATE TABLE bad (id NUMBER, PRIMARY KEY (id)) WITH (warm_throughput = 'much');
-- error: ValidationException like 'Option warm_throughput does not take ''much''; it takes units: ''n RCU, m WCU'''

CREATE TABLE bad (id NUMBER, PRIMARY KEY (id)) WITH (table_class = 'first');
-- error: ValidationException like 'Option table_class does not take ''first''%'
