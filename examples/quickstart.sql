-- A tour of Parton: scripts/run examples/quickstart.sql
-- The comments below the statements are what they give; `parton test examples` checks them.

-- A table declares its key; everything else in an item is free. Here a partition key and a sort key,
-- and an index with another order.

CREATE TABLE songs (
  artist STRING, title STRING, genre STRING, plays NUMBER,
  PRIMARY KEY (artist, title),
  GLOBAL INDEX by_genre (genre, plays)
);

-- Items nest, and may have different attributes.

INSERT INTO songs <<
  {'artist': 'Mara Vance', 'title': 'Glass Harbour', 'genre': 'jazz', 'plays': 3200, 'year': 1998,
   'credits': [{'role': 'trumpet', 'name': 'Mara Vance'}, {'role': 'bass', 'name': 'Tom Reed'}]},
  {'artist': 'Mara Vance', 'title': 'Late Tram', 'genre': 'jazz', 'plays': 410, 'year': 2001},
  {'artist': 'Kilowatt', 'title': 'Overload', 'genre': 'electronic', 'plays': 15400,
   'tags': <<'club', 'loud'>>},
  {'artist': 'Demo Tape', 'title': 'Untitled'}
>>;
-- affected: 4

-- A full key is a point read, a partition key a query, another attribute uses the index by itself.

SELECT * FROM songs WHERE artist = 'Demo Tape' AND title = 'Untitled';
-- plan: GetItem songs
-- {'artist': 'Demo Tape', 'title': 'Untitled'}

SELECT title, plays FROM songs WHERE artist = 'Mara Vance';
-- plan: Query songs
-- {'title': 'Glass Harbour', 'plays': 3200}
-- {'title': 'Late Tram', 'plays': 410}

SELECT title FROM songs WHERE genre = 'jazz' AND plays > 1000;
-- plan: Query songs.by_genre
-- {'title': 'Glass Harbour'}

-- EXPLAIN says which path was taken and why the others were not.

EXPLAIN SELECT title FROM songs WHERE genre = 'jazz' AND plays > 0 ORDER BY plays DESC LIMIT 1;
-- text like '%Query songs.by_genre%'

-- Lists inside items become rows.

SELECT s.title, c.name FROM songs AS s, s.credits AS c WHERE c.role = 'bass';
-- {'title': 'Glass Harbour', 'name': 'Tom Reed'}

-- Aggregates.

SELECT s.genre, COUNT(*) AS songs, SUM(s.plays) AS plays FROM songs AS s
WHERE s.genre IS NOT MISSING GROUP BY s.genre ORDER BY s.genre;
-- ordered
-- {'genre': 'electronic', 'songs': 1, 'plays': 15400}
-- {'genre': 'jazz', 'songs': 2, 'plays': 3610}

-- Changes: conditional, atomic, with what was there before.

UPDATE songs SET plays = plays + 1 WHERE artist = 'Kilowatt' AND title = 'Overload' AND plays < 20000
RETURNING MODIFIED NEW *;
-- {'plays': 15401}

UPDATE songs SET genre = 'unknown', plays = 0 WHERE genre IS MISSING;
-- affected: 1

DELETE FROM songs WHERE plays < 500 RETURNING ALL OLD *;
-- affected: 2
-- {'artist': 'Mara Vance', 'title': 'Late Tram', 'genre': 'jazz', 'plays': 410, 'year': 2001}
-- {'artist': 'Demo Tape', 'title': 'Untitled', 'genre': 'unknown', 'plays': 0}

SELECT COUNT(*) AS songs FROM songs;
-- {'songs': 2}
