-- Triggers run on the change feed, each record exactly once. ADVANCE CLOCK runs what is due in the background.

CREATE TABLE log (id NUMBER, PRIMARY KEY (id)) WITH (stream = 'new image');
CREATE TABLE replica (id NUMBER, PRIMARY KEY (id));

CREATE TRIGGER replicate ON log BATCH 2 AS
  INSERT INTO replica SELECT VALUE r.NewImage FROM records AS r WHERE r.eventName = 'INSERT';

INSERT INTO log << {'id': 1, 'v': 'a'}, {'id': 2}, {'id': 3} >>;
-- affected: 3
ADVANCE CLOCK '0 seconds';

SELECT * FROM replica;
-- {'id': 1, 'v': 'a'}
-- {'id': 2}
-- {'id': 3}

-- What is there already stops only its own record.
INSERT INTO replica VALUE {'id': 5, 'mine': true};
-- affected: 1
INSERT INTO log << {'id': 4}, {'id': 5}, {'id': 6} >>;
-- affected: 3
ADVANCE CLOCK '0 seconds';

SELECT COUNT(*) AS n FROM replica;
-- {'n': 6}

ALTER TRIGGER replicate PAUSE;
INSERT INTO log VALUE {'id': 7};
-- affected: 1
ADVANCE CLOCK '0 seconds';
SELECT * FROM replica WHERE id = 7;
-- rows: 0

ALTER TRIGGER replicate RESUME;
ADVANCE CLOCK '0 seconds';
SELECT * FROM replica WHERE id = 7;
-- {'id': 7}

DELETE FROM replica WHERE id = 5;
-- affected: 1
ALTER TRIGGER replicate RETRY;
ADVANCE CLOCK '0 seconds';
SELECT * FROM replica WHERE id = 5;
-- {'id': 5}

SHOW PARKED;
-- rows: 0

CREATE TRIGGER wrong ON log AS SELECT * FROM records;
-- error: ValidationException like 'a trigger runs INSERT, REPLACE, UPSERT, UPDATE or DELETE'
CREATE TRIGGER wrong ON replica AS DELETE FROM log WHERE id = 1;
-- error: ValidationException like 'table replica has no change feed'
DROP TRIGGER nothing;
-- error: ResourceNotFoundException like 'there is no trigger nothing'
DROP TRIGGER IF EXISTS nothing;
DROP TRIGGER replicate;
SHOW TRIGGERS;
-- rows: 0
