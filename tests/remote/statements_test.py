"""Statements that read give the same rows on a remote database as on a local one."""
from remote_support import Server, check, compare, error, finish, rows, shell

SETUP = [
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
SCRIPT = [
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

with Server() as server:
    compare(SCRIPT, server.url, SETUP)

    # Pages: more than one megabyte, and LIMIT that needs no more than it says.
    shell(server.url, ["CREATE TABLE big (k STRING, n NUMBER, PRIMARY KEY (k, n))"])
    shell(server.url, ["INSERT INTO big SELECT VALUE {'k': 'k' || CAST(i %% 3 AS STRING), 'n': i, 'text': '%s'}"
                       " FROM RANGE(%d, %d) AS i" % ('x' * 9000, first, first + 99) for first in range(0, 300, 100)])
    got = rows(server.url, "SELECT COUNT(*) AS n, SUM(n) AS s FROM big")
    check(got == [{'n': 300, 's': 300 * 299 // 2}], 'a scan of several pages: %r' % got)
    got = rows(server.url, "SELECT n FROM big WHERE k = 'k1' ORDER BY n DESC")
    check([r['n'] for r in got] == list(range(298, 0, -3)), 'a backward query of several pages: %r' % got)
    got = rows(server.url, "SELECT n FROM big WHERE k = 'k1' AND text LIKE '%x' ORDER BY n LIMIT 2")
    check([r['n'] for r in got] == [1, 4], 'a limit with a filter of ours: %r' % got)
    wanted = ', '.join("{'k': 'k%d', 'n': %d}" % (i % 3, i) for i in range(250))
    got = rows(server.url, "SELECT b.n FROM [%s] AS w JOIN big AS b ON b.k = w.k AND b.n = w.n" % wanted)
    check(sorted(r['n'] for r in got) == list(range(250)), 'a join by key in batches: %d rows' % len(got))

    # A table that somebody else changes.
    check(rows(server.url, "SELECT name FROM artists WHERE name = 'Joni'") == [{'name': 'Joni'}], 'Joni')
    check('scan' in error(server.url, "SELECT * FROM artists", '--set', 'scan=deny').lower(), 'SET scan = deny')
    check('no remote' not in error('http://127.0.0.1:1', "SELECT 1"), 'nobody answers')
finish()
