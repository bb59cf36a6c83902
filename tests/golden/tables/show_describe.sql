-- SHOW, DESCRIBE, SHOW CREATE TABLE.

SHOW TABLES;
-- rows: 0

CREATE TABLE songs (
  artist STRING, title STRING, genre STRING, plays NUMBER,
  PRIMARY KEY (artist, title),
  GLOBAL INDEX by_genre (genre, plays) PROJECT INCLUDE (year),
  LOCAL INDEX by_plays (artist, plays) PROJECT KEYS ONLY
);

SHOW TABLES;
-- rows: 1

DESCRIBE nothing;
-- error: ResourceNotFoundException like '%nothing%'

SHOW CREATE TABLE nothing;
-- error: ResourceNotFoundException like '%nothing%'

TRUNCATE TABLE nothing;
-- error: ResourceNotFoundException like '%nothing%'

INSERT INTO songs VALUE {'artist': 'a', 'title': 't', 'genre': 'g', 'plays': 1};
TRUNCATE TABLE songs;
SELECT * FROM songs;
-- rows: 0

SELECT * FROM "songs"."by_genre";
-- rows: 0

INSERT INTO songs VALUE {'artist': 'a', 'title': 't', 'genre': 'g', 'plays': 1};
-- affected: 1
