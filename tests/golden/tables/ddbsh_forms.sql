-- The clause forms of ddbsh's DDL and DML.

CREATE TABLE tlog ( requestid NUMBER, host STRING )
  PRIMARY KEY ( requestid HASH ) BILLING MODE PROVISIONED ( 5 RCU, 5 WCU )
  GSI ( "host-requestid-gsi" ON ( host HASH, requestid RANGE )
        PROJECTING INCLUDE ( bytessent ) BILLING MODE PROVISIONED ( 5 RCU, 5 WCU ) );

CREATE TABLE orders ( customer STRING, day STRING, status STRING, total NUMBER )
  PRIMARY KEY ( customer HASH, day RANGE )
  BILLING MODE ON DEMAND
  GSI ( by_status ON ( status HASH, day RANGE ) PROJECTING ALL,
        by_total ON ( total HASH ) PROJECTING KEYS ONLY )
  LSI ( by_amount ON ( customer HASH, total RANGE ) PROJECTING ALL );

INSERT INTO tlog (requestid, host, bytessent, url) VALUES (1, 'a', 10, '/x'), (2, 'b', 20, '/y'), (3, 'a', 30, '/z');
-- affected: 3

SELECT requestid, bytessent FROM "tlog"."host-requestid-gsi" WHERE host = 'a';
-- plan: Query tlog.host-requestid-gsi
-- {'requestid': 1, 'bytessent': 10}
-- {'requestid': 3, 'bytessent': 30}

ALTER TABLE tlog (url STRING) CREATE GSI by_url ON (url HASH) PROJECTING KEYS ONLY;
SELECT * FROM "tlog"."by_url" WHERE url = '/y';
-- {'url': '/y', 'requestid': 2}

ALTER TABLE tlog DROP GSI by_url;
SELECT * FROM "tlog"."by_url";
-- error: ValidationException

ALTER TABLE tlog SET BILLING MODE PROVISIONED ( 100 RCU, 100 WCU );
ALTER TABLE tlog SET TTL (expires);

UPSERT tlog SET seen = 1 WHERE requestid = 9;
-- affected: 1

UPDATE tlog SET seen = seen + 1 WHERE requestid = 9;
-- affected: 1

SELECT * FROM tlog WHERE requestid = 9;
-- {'requestid': 9, 'seen': 2}

UPDATE tlog SET seen = 5 WHERE requestid = 9 RETURN VALUES UPDATED NEW;
-- {'seen': 5}

UPDATE tlog REMOVE seen WHERE requestid = 9 RETURN VALUES ALL OLD;
-- {'requestid': 9, 'seen': 5}

REPLACE INTO tlog (requestid, host) VALUES (9, 'z');
-- affected: 1

SELECT CONSISTENT * FROM tlog WHERE requestid = 9;
-- {'requestid': 9, 'host': 'z'}

DELETE FROM tlog WHERE requestid = 9;
-- affected: 1
