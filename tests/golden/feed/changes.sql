-- The change feed: one record for each item changed, none where nothing changed.

CREATE TABLE songs (artist STRING, title STRING, PRIMARY KEY (artist, title)) WITH (stream = 'both images');

INSERT INTO songs << {'artist': 'Nina', 'title': 'Sinnerman', 'plays': 1}, {'artist': 'Nina', 'title': 'Feeling Good'} >>;
-- affected: 2
REPLACE INTO songs VALUE {'artist': 'Nina', 'title': 'Feeling Good'};
-- affected: 1
UPDATE songs SET plays = plays + 1 WHERE artist = 'Nina' AND title = 'Sinnerman';
-- affected: 1
DELETE FROM songs WHERE artist = 'Nina' AND title = 'Feeling Good';
-- affected: 1
DELETE FROM songs WHERE artist = 'Nina' AND title = 'Feeling Good';
-- affected: 0

SELECT r.eventName, r.Keys.title, r.NewImage.plays AS new, r.OldImage.plays AS old FROM changes('songs') AS r;
-- {'eventName': 'INSERT', 'title': 'Sinnerman', 'new': 1}
-- {'eventName': 'INSERT', 'title': 'Feeling Good'}
-- {'eventName': 'MODIFY', 'title': 'Sinnerman', 'new': 2, 'old': 1}
-- {'eventName': 'REMOVE', 'title': 'Feeling Good'}

SELECT COUNT(*) AS n FROM changes('songs') AS r WHERE r.userIdentity IS NOT MISSING;
-- {'n': 0}

SELECT * FROM changes('nothing') AS r;
-- error: ResourceNotFoundException like 'Requested resource not found: Table: nothing not found'

ALTER TABLE songs SET STREAM (NEW IMAGE);
-- error: ResourceInUseException like 'Table already has an enabled stream: TableName: songs'

ALTER TABLE songs SET STREAM DISABLED;
INSERT INTO songs VALUE {'artist': 'Nina', 'title': 'Unseen'};
-- affected: 1

SELECT COUNT(*) AS n FROM changes('songs') AS r;
-- {'n': 4}

-- @restart
SELECT COUNT(*) AS n FROM changes('songs') AS r;
-- {'n': 4}
