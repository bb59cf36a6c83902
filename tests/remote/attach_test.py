"""ATTACH: tables of an engine beside those of a local database."""
import os, tempfile

from remote_support import Server, check, check_equal, error, finish, rows, shell


with Server() as server, tempfile.TemporaryDirectory() as folder:
    local = os.path.join(folder, 'local')
    url = server.url
    shell(url, ["CREATE TABLE songs (artist STRING, title STRING, PRIMARY KEY (artist, title),"
                " GLOBAL INDEX by_year (year NUMBER, title))",
                "CREATE TABLE own (k STRING, PRIMARY KEY (k))",
                "INSERT INTO songs <<{'artist': 'Nina', 'title': 'Sinnerman', 'year': 1965},"
                " {'artist': 'Nina', 'title': 'Feeling Good', 'year': 1965},"
                " {'artist': 'Bob', 'title': 'Hurricane', 'year': 1976}>>",
                "INSERT INTO own VALUE {'k': 'far'}"])
    shell(local, ["CREATE TABLE artists (name STRING, PRIMARY KEY (name))", "CREATE TABLE own (k STRING, PRIMARY KEY (k))",
                  "INSERT INTO artists <<{'name': 'Nina', 'born': 1933}, {'name': 'Joni', 'born': 1943}>>",
                  "INSERT INTO own VALUE {'k': 'near'}"])
    attach = "ATTACH '%s' AS prod; " % url

    def got(statement):
        return rows(local, attach + statement)

    check_equal(len(got("SELECT * FROM prod.songs")), 3, 'a scan')
    check_equal(got("SELECT songs.year FROM prod.songs WHERE artist = 'Bob' AND title = 'Hurricane'"), [{'year': 1976}],
                'an item, under the name that the table has there')
    check_equal(got("SELECT title FROM prod.songs WHERE artist = 'Nina' ORDER BY title DESC LIMIT 1"),
                [{'title': 'Sinnerman'}], 'backward')
    check_equal(got("SELECT title FROM prod.songs.by_year WHERE year = 1976"), [{'title': 'Hurricane'}], 'an index')
    check_equal(got('SELECT title FROM "prod.songs" WHERE artist = \'Bob\''), [{'title': 'Hurricane'}], 'as one name')
    check_equal(got("SELECT * FROM own"), [{'k': 'near'}], 'a name without a database is local')
    check_equal(got("SELECT * FROM prod.own"), [{'k': 'far'}], 'the same name there')
    joined = "SELECT a.born, s.title FROM %s AS a JOIN %s AS s ON s.artist = a.name ORDER BY s.title"
    check_equal([r['title'] for r in got(joined % ('artists', 'prod.songs'))], ['Feeling Good', 'Sinnerman'],
                'a join of a local table with one there')
    check_equal(got("SELECT s.title, a.born FROM prod.songs AS s LEFT JOIN artists AS a ON a.name = s.artist"
                    " WHERE s.artist = 'Bob'"), [{'title': 'Hurricane', 'born': None}], 'and the other way round')
    check_equal(got("SELECT COUNT(*) AS n FROM prod.songs AS x, own AS y"), [{'n': 3}], 'a product')

    # Writes are to one database.
    check_equal(shell(local, [attach + "INSERT INTO prod.songs VALUE {'artist': 'Joni', 'title': 'Blue'}"])[0], 0, 'INSERT')
    check_equal(shell(local, [attach + "UPDATE prod.songs SET year = 1971 WHERE artist = 'Joni' AND title = 'Blue'"])[0],
                0, 'UPDATE')
    check_equal(rows(url, "SELECT year FROM songs WHERE artist = 'Joni'"), [{'year': 1971}], 'they are there')
    check_equal(shell(local, [attach + "INSERT INTO own SELECT VALUE {'k': s.title} FROM prod.songs AS s"])[0], 0,
                'from there to here')
    check_equal(rows(local, "SELECT COUNT(*) AS n FROM own"), [{'n': 5}], 'they are here')
    check_equal(shell(local, [attach + "INSERT INTO prod.own SELECT VALUE {'k': a.name} FROM artists AS a"])[0], 0,
                'from here to there')
    check_equal(rows(url, "SELECT COUNT(*) AS n FROM own"), [{'n': 3}], 'they are there, too')
    check_equal(shell(local, [attach + "DELETE FROM prod.songs WHERE artist = 'Joni'"])[0], 0, 'DELETE')
    text = error(local, attach + "BEGIN; DELETE FROM prod.songs WHERE artist = 'Bob'")
    check('transaction' in text, 'in a local transaction: ' + text)
    check_equal(rows(url, "SELECT COUNT(*) AS n FROM songs"), [{'n': 3}], 'and nothing was deleted')
    check_equal(got("BEGIN; SELECT COUNT(*) AS n FROM prod.songs"), [{'n': 3}], 'reading in one')

    # What it is said to be.
    status, out, err = shell(local, [attach + "EXPLAIN SELECT * FROM prod.songs"])
    check(url in out and 'prod.songs' in out, 'EXPLAIN says which engine: ' + out + err)
    status, out, err = shell(local, [attach.strip(), ".tables"])
    check('prod.songs' in out and 'artists' in out, '.tables: ' + out + err)
    check('prod.song' in error(local, attach + "SELECT * FROM prod.song"), 'no such table')
    check('already' in error(local, attach + attach), 'the name is taken')
    check('table' in error(local, "ATTACH '%s' AS artists" % url), 'the name of a table')
    check('engine' in error(local, "ATTACH 'folder' AS prod"), 'no engine')
    check('inside a transaction' in error(local, "BEGIN; " + attach), 'ATTACH in a transaction')
    text = error(local, attach + "DETACH prod; SELECT * FROM prod.songs")
    check('not found' in text, 'DETACH: ' + text)
    check('prod' in error(local, "DETACH prod"), 'nothing to detach')
    check('no stream' in error(local, attach + "SELECT * FROM changes('prod.songs')"), 'a table without a stream')
    shell(url, ["ALTER TABLE own SET STREAM (NEW IMAGE)", "INSERT INTO own VALUE {'k': 'later'}"])
    check_equal(got("SELECT c.NewImage.k FROM changes('prod.own') AS c"), [{'k': 'later'}], 'changes of an attached table')

    # The local database is as ever, whatever is attached.
    shell(local, ["CREATE TABLE prod (k STRING, PRIMARY KEY (k), GLOBAL INDEX songs (g STRING))",
                  "INSERT INTO prod VALUE {'k': 'mine', 'g': 'x'}"])
    check_equal(rows(local, "SELECT k FROM prod.songs WHERE g = 'x'"), [{'k': 'mine'}], 'a local index of that name')
    check_equal(rows(local, "ATTACH '%s' AS far; SELECT k FROM prod.songs WHERE g = 'x'" % url), [{'k': 'mine'}],
                'it stays what it was')

    # Files to and from there.
    path = os.path.join(folder, 'songs.jsonl')
    check_equal(shell(local, ["ATTACH '%s' AS far; COPY far.songs TO '%s'" % (url, path)])[0], 0, 'COPY to a file')
    status, out, err = shell(local, ["ATTACH '%s' AS far; COPY far.songs FROM '%s' (CONFLICT replace)" % (url, path)])
    check_equal(status, 0, 'COPY from a file: ' + err)
finish()
