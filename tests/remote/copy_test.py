"""COPY between a local database and the tables of an engine, and bulk loads into an engine."""
import json, os, re, tempfile

from remote_support import Client, Server, check, check_equal, error, finish, rows, shell


def items(database, table, *options):
    return sorted((json.dumps(r, sort_keys=True) for r in rows(database, 'SELECT * FROM %s' % table, *options)))


with Server() as server, Server() as other, tempfile.TemporaryDirectory() as folder:
    local = os.path.join(folder, 'local')
    url = server.url
    shell(local, ["CREATE TABLE songs (artist STRING, title STRING, PRIMARY KEY (artist, title),"
                  " GLOBAL INDEX by_year (year NUMBER, title))",
                  "INSERT INTO songs SELECT VALUE {'artist': 'a' || CAST(i % 7 AS STRING), 'title': CAST(i AS STRING),"
                  " 'year': 1900 + i % 100, 'tags': <<'x', 'y'>>, 'm': {'n': i / 8}, 'none': NULL}"
                  " FROM RANGE(1, 1300) AS i"])
    wanted = items(local, 'songs')
    check_equal(len(wanted), 1300, 'the local table')

    # Pushing.
    text = error(local, "COPY songs TO '%s/songs'" % url)
    check('CREATE' in text, 'no table there: ' + text)
    status, out, err = shell(local, ["COPY songs TO '%s/songs' (CREATE_TABLE)" % url])
    check_equal(status, 0, 'a push: ' + err)
    check_equal(items(url, 'songs'), wanted, 'what was pushed')
    check_equal(len(rows(url, "SELECT title FROM songs WHERE year = 1950 AND title = '50'")), 1, 'with its index')
    text = error(local, "COPY songs TO '%s/songs'" % url)
    check('Duplicate' in text, 'what is there is not replaced unasked: ' + text)
    check_equal(shell(local, ["COPY songs TO '%s/songs' (CONFLICT skip)" % url])[0], 0, 'skipping what is there')
    shell(local, ["UPDATE songs SET new = true WHERE artist = 'a1'"])
    wanted = items(local, 'songs')
    check_equal(shell(local, ["COPY songs TO '%s/songs' (CONFLICT replace)" % url])[0], 0, 'replacing')
    check_equal(items(url, 'songs'), wanted, 'what was replaced')
    check_equal(shell(local, ["COPY (SELECT s.artist, s.title, 1 AS one FROM songs AS s WHERE s.artist = 'a2')"
                              " TO '%s/songs' (CONFLICT replace)" % url])[0], 0, 'rows of a query')
    check_equal(len(rows(url, "SELECT * FROM songs WHERE artist = 'a2' AND one = 1")), 186, 'they are there')
    check('transaction' in error(local, "BEGIN; COPY songs TO '%s/songs' (CONFLICT replace)" % url), 'in a transaction')
    check('CREATE' in error(local, "COPY (SELECT 1 AS a) TO '%s/new' (CREATE_TABLE)" % url), 'a query names no keys')
    shell(local, ["COPY songs TO '%s/songs' (CONFLICT replace)" % url])

    # Pulling.
    fresh = os.path.join(folder, 'fresh')
    status, out, err = shell(fresh, ["COPY songs FROM '%s/songs' (CREATE_TABLE)" % url])
    check_equal(status, 0, 'a pull: ' + err)
    check_equal(items(fresh, 'songs'), wanted, 'what was pulled')
    check_equal(len(rows(fresh, "SELECT title FROM songs WHERE year = 1950 AND title = '50'")), 1, 'with its index')
    status, out, err = shell(fresh, ["TRUNCATE TABLE songs", "COPY songs FROM '%s/songs' (SEGMENTS = 5)" % url])
    check_equal((status, items(fresh, 'songs')), (0, wanted), 'in five segments: ' + err)
    shell(fresh, ["DELETE FROM songs WHERE artist = 'a3'"])
    check_equal(shell(fresh, ["COPY songs FROM '%s/songs' (CONFLICT skip)" % url])[0], 0, 'what is missing')
    check_equal(items(fresh, 'songs'), wanted, 'it is complete again')
    shell(fresh, ["BEGIN", "DELETE FROM songs WHERE artist = 'a3'", "COPY songs FROM '%s/songs' (CONFLICT replace)" % url,
                  "ROLLBACK"])
    check_equal(items(fresh, 'songs'), wanted, 'a pull is part of the transaction')
    check('not found' in error(fresh, "COPY songs FROM '%s/nothing'" % url), 'no table there')
    check('no table' in error(fresh, "COPY songs FROM '%s'" % url), 'no table named')
    check('segment' in error(fresh, "COPY songs FROM '%s/songs' (SEGMENT = 5)" % url), 'an unknown option')

    # From engine to engine.
    status, out, err = shell(other.url, ["COPY songs FROM '%s/songs' (CREATE_TABLE, CONFLICT replace)" % url])
    check_equal((status, items(other.url, 'songs')), (0, wanted), 'from engine to engine: ' + err)

    # A file, while connected to an engine: in batches, as many as the rate allows, and from where it ended.
    path = os.path.join(folder, 'items.jsonl')
    with open(path, 'w') as out:
        for i in range(900):
            out.write(json.dumps({'k': i, 'text': 'x' * 100}) + '\n')
    shell(url, ["CREATE TABLE bulk (k NUMBER, PRIMARY KEY (k))"])
    check_equal(shell(url, ["COPY bulk FROM '%s' (CONFLICT replace)" % path])[0], 0, 'a file')
    check_equal(rows(url, "SELECT COUNT(*) AS n, SUM(k) AS s FROM bulk"), [{'n': 900, 's': 900 * 899 // 2}], 'all of it')
    with open(path, 'a') as out:
        out.write('{"k": 900}\n{"k": "text"}\n')
    text = error(url, "COPY bulk FROM '%s' (CONFLICT replace, BATCH = 300)" % path)
    check('SKIP = 900' in text, 'where to go on: ' + text)
    status, out, err = shell(url, ["COPY bulk FROM '%s' (CONFLICT replace, SKIP = 900, ERRORS '%s.bad')" % (path, path)])
    check_equal((status, rows(url, "SELECT COUNT(*) AS n FROM bulk")), (0, [{'n': 901}]), 'the rest: ' + err)
    import time
    start = time.time()
    shell(url, ["COPY bulk FROM '%s' (CONFLICT replace, RATE = 300, ERRORS '%s.bad')" % (path, path)])
    check(1.5 < time.time() - start < 20, 'a rate of 300 units a second takes %.1f s for 901' % (time.time() - start))
    check('RATE' in error(local, "COPY songs FROM '%s' (RATE = 5)" % path), 'a rate is for engines')
finish()
