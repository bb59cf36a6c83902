-- Notices about attributes that no sampled item has: SET lint = on.

CREATE TABLE songs (artist STRING, title STRING, PRIMARY KEY (artist, title), GLOBAL INDEX by_label (label STRING));
CREATE TABLE labels (id STRING, PRIMARY KEY (id));

SELECT plays FROM songs WHERE gendre = 'folk';
-- rows: 0
-- notices = 0

SET lint = on;

-- Of an empty table nothing is known.

SELECT plays FROM songs WHERE gendre = 'folk';
-- notices = 0

INSERT INTO songs <<
  {'artist': 'a', 'title': 'x', 'genre': 'folk', 'plays': 3, 'length': {'minutes': 3}},
  {'artist': 'a', 'title': 'y', 'genre': 'jazz'} >>;
-- affected: 2

SELECT plays FROM songs WHERE gendre = 'folk';
-- rows: 0
-- notice like 'no attribute "gendre" in 2 sampled items of songs; did you mean "genre"?'
-- notices = 1

SELECT s.playz, s.artist FROM songs AS s WHERE s.title = 'x';
-- notice like 'no attribute "playz" in 2 sampled items of songs; did you mean "plays"?'

-- Nothing near: no guess.

SELECT COUNT(*) AS n FROM songs WHERE zzzzzz = 1;
-- notice like 'no attribute "zzzzzz" in 2 sampled items of songs'
-- notices = 1

-- Attributes that are there, keys of the table and of its indexes, nested ones, variables.

SELECT artist, title, plays, length.minutes, genre AS g FROM songs WHERE label IS NULL OR label = 'b' ORDER BY g;
-- notices = 0

-- Asking whether an attribute is there is no mistake.

SELECT title FROM songs
WHERE deleted IS MISSING AND attribute_not_exists(gone) AND removed IS NULL AND COALESCE(hidden, false) = false;
-- rows: 2
-- notices = 0

UPDATE songs SET rating = 5 WHERE artist = 'a' AND title = 'x';
-- affected: 1
-- notices = 0

UPDATE songs SET rating = 4 WHERE gendre = 'jazz';
-- affected: 0
-- notice like 'no attribute "gendre" in 2 sampled items of songs; did you mean "genre"?'

DELETE FROM songs WHERE gendre = 'jazz';
-- affected: 0
-- notices = 1

-- In subqueries and joins too, of the right table.

INSERT INTO labels VALUE {'id': 'b', 'city': 'c'};
SELECT s.title FROM songs AS s JOIN labels AS l ON s.label = l.ide;
-- notice like 'no attribute "ide" in 1 sampled item of labels%'

SELECT title FROM songs WHERE artist IN (SELECT VALUE l.citty FROM labels AS l);
-- notice like 'no attribute "citty" in 1 sampled item of labels; did you mean "city"?'

-- What ANALYZE saw is known, however rare.

CREATE TABLE many (id NUMBER, PRIMARY KEY (id));
INSERT INTO many SELECT VALUE {'id': n, 'common': n} FROM range(1, 20000) AS n;
UPDATE many SET rare = 1 WHERE id = 7777;
-- affected: 1
SELECT id FROM many WHERE rare = 1;
-- {'id': 7777}
-- notices = 1
ANALYZE many;
SELECT id FROM many WHERE rare = 2 - 1;
-- {'id': 7777}
-- notices = 0

-- @check
