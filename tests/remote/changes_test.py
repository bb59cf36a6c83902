"""changes('t') of an engine's table, by its stream."""
from remote_support import Server, check, check_equal, error, finish, rows, shell

with Server() as server:
    url = server.url
    shell(url, ["CREATE TABLE tab (k STRING, PRIMARY KEY (k)) WITH (stream = 'both images')",
                "INSERT INTO tab VALUE {'k': 'a', 'n': 1}", "UPDATE tab SET n = n + 1 WHERE k = 'a'",
                "INSERT INTO tab VALUE {'k': 'b'}", "DELETE FROM tab WHERE k = 'b'"])
    got = rows(url, "SELECT * FROM changes('tab')")
    check_equal([(r['eventName'], r['Keys']['k']) for r in got],
                [('INSERT', 'a'), ('MODIFY', 'a'), ('INSERT', 'b'), ('REMOVE', 'b')], 'all of them, in order')
    check_equal((got[1]['OldImage'], got[1]['NewImage']), ({'k': 'a', 'n': 1}, {'k': 'a', 'n': 2}), 'both images')
    numbers = [int(r['SequenceNumber']) for r in got]
    check(numbers == sorted(numbers) and numbers[0] > 10**19, 'numbers of the engine: %r' % numbers)
    behind = rows(url, "SELECT c.eventName AS e FROM changes('tab', '%s') AS c" % got[1]['Position'])
    check_equal([r['e'] for r in behind], ['INSERT', 'REMOVE'], 'behind a position')
    check_equal(rows(url, "SELECT * FROM changes('tab', '%s')" % got[3]['Position']), [], 'behind the last one')
    shell(url, ["INSERT INTO tab SELECT VALUE {'k': 'many' || CAST(i AS STRING)} FROM RANGE(1, 90) AS i"] +
          ["UPDATE tab SET n = %d WHERE k = 'a'" % i for i in range(30)])
    more = rows(url, "SELECT c.NewImage.n AS n FROM changes('tab', '%s') AS c WHERE c.Keys.k = 'a'" % got[3]['Position'])
    check_equal([r['n'] for r in more], list(range(30)), 'the changes of an item are in order')
    check_equal(rows(url, "SELECT COUNT(*) AS n FROM changes('tab')"), [{'n': 4 + 90 + 30}], 'none twice')
    check('position' in error(url, "SELECT * FROM changes('tab', 'x')"), 'no position')
    check('Position' in error(url, "SELECT * FROM changes('tab', 5)"), 'a number')
    status, out, err = shell(url, ["ALTER TABLE tab SET (stream = 'off')", "ALTER TABLE tab SET STREAM (NEW IMAGE)"])
    check_equal(status, 0, 'another stream: ' + err)
    text = error(url, "SELECT * FROM changes('tab', '%s')" % got[1]['Position'])
    check('not kept' in text, 'a position of another stream: ' + text)
    shell(url, ["CREATE TABLE plain (k STRING, PRIMARY KEY (k))"])
    check('no stream' in error(url, "SELECT * FROM changes('plain')"), 'a table without a stream')
finish()
