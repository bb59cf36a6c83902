-- EXPLAIN tells the path, its bounds, what is filtered, and why the others lost; it reads nothing.

CREATE TABLE songs (artist STRING, title STRING, genre STRING, plays NUMBER, PRIMARY KEY (artist, title), GLOBAL INDEX by_genre (genre, plays));

EXPLAIN SELECT * FROM songs WHERE artist = 'a' AND title = 't';
-- text like '%GetItem songs%'

EXPLAIN SELECT * FROM songs WHERE artist = 'a' AND plays > 3;
-- text like '%Query songs%filter%plays > 3%'

EXPLAIN SELECT * FROM songs WHERE genre = 'g' AND plays BETWEEN 1 AND 5;
-- text like '%Query songs.by_genre%genre = ''g''%plays >= 1%plays <= 5%'

EXPLAIN SELECT * FROM songs WHERE plays > 3;
-- text like '%Scan songs%filter%plays > 3%'

EXPLAIN (FORMAT JSON) SELECT * FROM songs WHERE genre = 'g' AND plays = 1;
-- text like '%"operator":"Query"%"index":"by_genre"%'

EXPLAIN UPDATE songs SET plays = 1 WHERE artist = 'a' AND title = 't';
-- text like '%Update songs%GetItem songs%'

EXPLAIN ANALYZE SELECT COUNT(*) AS n FROM songs;
-- text like '%rows%'

EXPLAIN SELECT * FROM nothing;
-- error: ResourceNotFoundException

EXPLAIN INSERT INTO songs VALUE {'artist': 'a', 'title': 't'};
SELECT * FROM songs;
-- rows: 0
