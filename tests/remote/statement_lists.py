"""Statements that give the same on a local database and on a remote one, with what must be there before."""
READ_SETUP = [
    "CREATE TABLE songs (artist STRING, title STRING, year NUMBER, genre STRING, PRIMARY KEY (artist, title),"
    " GLOBAL INDEX by_year (artist, year), GLOBAL INDEX by_genre (genre, year))",
    "CREATE TABLE artists (name STRING, PRIMARY KEY (name))",
    "INSERT INTO songs <<"
    "{'artist': 'Nina', 'title': 'Sinnerman', 'year': 1965, 'genre': 'jazz', 'plays': 10, 'tags': <<'a', 'b'>>},"
    "{'artist': 'Nina', 'title': 'Feeling Good', 'year': 1965, 'genre': 'jazz', 'plays': 7, 'note': NULL},"
    "{'artist': 'Nina', 'title': 'Four Women', 'year': 1966, 'genre': 'jazz', 'plays': 2.50},"
    "{'artist': 'Bob', 'title': 'Hurricane', 'year': 1976, 'genre': 'folk', 'info': {'length': 512, 'live': false}},"
    "{'artist': 'Bob', 'title': 'Jokerman', 'year': 1983, 'genre': 'rock', 'plays': 'many', 'list': [1, 'two', {'x': 3}]},"
    "{'artist': 'Édith', 'title': 'Milord', 'genre': 'chanson', 'plays': -1}>>",
    "INSERT INTO artists <<{'name': 'Nina', 'born': 1933}, {'name': 'Bob', 'born': 1941}, {'name': 'Joni', 'born': 1943}>>",
]
READS = [
    "SELECT * FROM songs",
    "SELECT * FROM songs WHERE artist = 'Nina' AND title = 'Sinnerman'",
    "SELECT * FROM songs WHERE artist = 'Nobody' AND title = 'Nothing'",
    "SELECT title FROM songs WHERE artist = 'Nina' ORDER BY title",
    "SELECT title FROM songs WHERE artist = 'Nina' ORDER BY title DESC LIMIT 2",
    "SELECT title FROM songs WHERE artist = 'Nina' AND title > 'Fe' AND title < 'S'",
    "SELECT title FROM songs WHERE artist = 'Nina' AND title BETWEEN 'Feeling Good' AND 'Four Women'",
    "SELECT title FROM songs WHERE artist = 'Nina' AND begins_with(title, 'F')",
    "SELECT title FROM songs WHERE artist = 'Nina' AND title >= ''",
    "SELECT title FROM songs WHERE artist = 'Nina' AND title < ''",
    "SELECT title FROM songs WHERE artist = '' AND title > 'a'",
    "SELECT title, year FROM songs WHERE artist = 'Nina' AND year = 1965",
    "SELECT title, year FROM songs WHERE genre = 'jazz' AND year > 1965 ORDER BY year",
    "SELECT title, plays FROM songs WHERE plays > 3",
    "SELECT title FROM songs WHERE plays <> 7",
    "SELECT title FROM songs WHERE note IS NULL",
    "SELECT title FROM songs WHERE note IS MISSING",
    "SELECT title FROM songs WHERE NOT (plays > 3)",
    "SELECT title FROM songs WHERE plays > 3 OR genre = 'rock'",
    "SELECT title FROM songs WHERE plays IN (7, 10, 'many')",
    "SELECT title FROM songs WHERE info.length > 500",
    "SELECT title FROM songs WHERE list[2].x = 3",
    "SELECT title FROM songs WHERE contains(tags, 'a')",
    "SELECT title FROM songs WHERE size(title) > 9",
    "SELECT title FROM songs WHERE title LIKE '%man'",
    "SELECT title FROM songs WHERE artist = 'Nina' AND plays + 1 > 8",
    "SELECT title FROM songs WHERE artist IN ('Nina', 'Bob') AND title = 'Hurricane'",
    "SELECT s.title, a.born FROM songs AS s JOIN artists AS a ON a.name = s.artist",
    "SELECT s.title, a.born FROM songs AS s LEFT JOIN artists AS a ON a.name = s.artist ORDER BY s.title",
    "SELECT a.name, COUNT(*) AS n FROM artists AS a LEFT JOIN songs AS s ON s.artist = a.name GROUP BY a.name",
    "SELECT genre, COUNT(*) AS n, MIN(year) AS first FROM songs GROUP BY genre ORDER BY genre",
    "SELECT COUNT(*) FROM songs",
    "SELECT COUNT(*) FROM songs WHERE year > 1965",
    "SELECT artist, title, ROW_NUMBER() OVER (PARTITION BY artist ORDER BY title) AS n FROM songs",
    "SELECT name FROM artists WHERE EXISTS (SELECT * FROM songs WHERE songs.artist = artists.name)",
    "SELECT name, (SELECT VALUE MAX(s.year) FROM songs AS s WHERE s.artist = artists.name) AS latest FROM artists",
    "WITH old AS (SELECT * FROM songs WHERE year < 1970) SELECT title FROM old ORDER BY title",
    "SELECT DISTINCT genre FROM songs",
    "SELECT * FROM songs ORDER BY artist, title LIMIT 3",
    "SELECT artist FROM songs ORDER BY artist DESC",
    "SELECT * FROM nowhere",
    "SELECT CONSISTENT title FROM songs WHERE artist = 'Bob'",
    "SELECT title FROM songs WHERE artist = 7",
    "SELECT title FROM songs WHERE year = 'x'",
]

WRITE_SETUP = [
    "CREATE TABLE items (k STRING, n NUMBER, g STRING, PRIMARY KEY (k, n), GLOBAL INDEX by_g (g))",
    "INSERT INTO items <<{'k': 'a', 'n': 1, 'v': 10, 'm': {'x': 1}, 'l': [1, 2]}, {'k': 'a', 'n': 2, 'v': 'text'},"
    " {'k': 'b', 'n': 1, 'v': NULL, 's': <<1, 2>>}, {'k': 'c', 'n': 1, 'g': 'red'}>>",
]
ALL = "SELECT * FROM items"
WRITES = [
    "INSERT INTO items VALUE {'k': 'd', 'n': 1, 'v': 1.50}", ALL,
    "INSERT INTO items VALUE {'k': 'd', 'n': 1, 'v': 2}", ALL,
    "INSERT INTO items VALUE {'k': 'd'}",
    "INSERT INTO items VALUE {'k': 'd', 'n': 'text'}",
    "INSERT INTO items VALUE {'k': 'e', 'n': 1, 'g': 7}",
    "INSERT INTO items VALUE {'k': 'd', 'n': 1, 'v': 3} ON CONFLICT DO NOTHING", ALL,
    "REPLACE INTO items VALUE {'k': 'd', 'n': 1, 'w': 4}", ALL,
    "UPSERT INTO items VALUE {'k': 'd', 'n': 1, 'v': 5}", ALL,
    "UPSERT INTO items VALUE {'k': 'd', 'n': 2, 'v': 5}", ALL,
    "UPDATE items SET v = v + 1 WHERE k = 'a' AND n = 1 RETURNING ALL NEW *",
    "UPDATE items SET v = v + 1 WHERE k = 'a' AND n = 1 RETURNING MODIFIED OLD *",
    "UPDATE items SET v = v + 1 WHERE k = 'a' AND n = 1 AND v = 12 RETURNING ALL OLD *",
    "UPDATE items SET v = v + 1 WHERE k = 'a' AND n = 1 AND v = 999", ALL,
    "UPDATE items SET v = v + 1 WHERE k = 'b' AND n = 1", ALL,
    "UPDATE items SET v = nothing + 1 WHERE k = 'c' AND n = 1", ALL,
    "UPDATE items SET v = 1 WHERE k = 'nobody' AND n = 1", ALL,
    "UPDATE items SET m.x = 5 SET l[1] = 'two' WHERE k = 'a' AND n = 1 RETURNING ALL NEW *",
    "UPDATE items REMOVE m REMOVE l[0] WHERE k = 'a' AND n = 1", ALL,
    "UPDATE items SET u = UPPER(k) WHERE k = 'a' AND n = 1", ALL,
    "UPDATE items SET g = 7 WHERE k = 'a' AND n = 1", ALL,
    "UPDATE items SET k = 'z' WHERE k = 'a' AND n = 1",
    "UPDATE items SET z = 1 WHERE k = 'a'", ALL,
    "UPDATE items SET z = z + n WHERE k = 'a' AND z = 1", ALL,
    "UPDATE items SET all = true", ALL,
    "UPDATE items SET sum = (SELECT VALUE COUNT(*) FROM items AS i) WHERE k = 'c' AND n = 1",
    "DELETE FROM items WHERE k = 'd' AND n = 1 RETURNING ALL OLD *", ALL,
    "DELETE FROM items WHERE k = 'd' AND n = 1", ALL,
    "DELETE FROM items WHERE k = 'a' AND v > 5", ALL,
    "INSERT INTO items SELECT VALUE {'k': 'many', 'n': i} FROM RANGE(1, 60) AS i", "SELECT COUNT(*) FROM items",
    "INSERT INTO items <<{'k': 'x', 'n': 1}, {'k': 'b', 'n': 1}>>", ALL,
    "DELETE FROM items WHERE k = 'many'", ALL,
]
TRANSACTIONS = [
    "BEGIN", "SELECT * FROM items WHERE k = 'b' AND n = 1", "UPDATE items SET v = 100 WHERE k = 'b' AND n = 1",
    "SELECT * FROM items WHERE k = 'b' AND n = 1", "INSERT INTO items VALUE {'k': 'new', 'n': 1}", "COMMIT", ALL,
    "BEGIN", "DELETE FROM items WHERE k = 'b' AND n = 1", "SELECT * FROM items WHERE k = 'b' AND n = 1", "ROLLBACK", ALL,
    "BEGIN", "UPDATE items SET v = 1 WHERE k = 'b' AND n = 1", "SAVEPOINT s",
    "UPDATE items SET v = 2 WHERE k = 'b' AND n = 1", "ROLLBACK TO s", "COMMIT", ALL,
]
