"""Writes, transactions and changes of tables on a remote database."""
from remote_support import Server, check, check_equal, compare, error, finish, rows, shell
from statement_lists import TRANSACTIONS, WRITE_SETUP, WRITES


with Server() as server:
    url = server.url
    compare(WRITES, url, WRITE_SETUP)
    shell(url, ["DROP TABLE items"])
    compare(TRANSACTIONS, url, WRITE_SETUP)

    # What a transaction read must still be there when it ends.
    status, out, err = shell(url, ["BEGIN", "SELECT * FROM items WHERE k = 'a' AND n = 1",
                                   "UPDATE items SET seen = true WHERE k = 'c' AND n = 1"])
    check_equal(status, 0, err)
    check('range' in error(url, "BEGIN; SELECT * FROM items WHERE k = 'a'"), 'a range inside a transaction')

    # More than one transaction of the engine.
    many = "INSERT INTO items SELECT VALUE {'k': 'lots', 'n': i} FROM RANGE(1, 250) AS i"
    text = error(url, many)
    check('100' in text and 'bulk' in text, 'too many items: ' + text)
    check_equal(rows(url, "SELECT COUNT(*) AS n FROM items WHERE k = 'lots'"), [{'n': 0}], 'nothing of it stays')
    shell(url, [many + ' WITH (batch = 100)'])
    check_equal(rows(url, "SELECT COUNT(*) AS n FROM items WHERE k = 'lots'"), [{'n': 250}], 'in batches')
    status, out, err = shell(url, ["UPDATE items SET w = 1 WHERE k = 'lots'"], '--set', 'bulk=each')
    check_equal(status, 0, 'SET bulk = each: ' + err)
    check_equal(rows(url, "SELECT COUNT(*) AS n FROM items WHERE k = 'lots' AND w = 1"), [{'n': 250}], 'one by one')

    # Tables.
    check_equal(shell(url, ["CREATE TABLE extra (id NUMBER, PRIMARY KEY (id))", "CREATE INDEX by_x ON extra (x STRING)",
                            "INSERT INTO extra <<{'id': 1, 'x': 'a'}, {'id': 2}>>", "SELECT id FROM extra WHERE x = 'a'",
                            "DROP INDEX by_x ON extra", "ALTER TABLE extra SET STREAM (NEW IMAGE)", "DROP TABLE extra"])[0], 0,
                'changes of tables')
    check('not found' in error(url, "SELECT * FROM extra"), 'a dropped table')
    check('exists' in error(url, "CREATE TABLE items (id NUMBER, PRIMARY KEY (id))"), 'a table that is there')
    check('read' in error(url, "INSERT INTO items VALUE {'k': 'r', 'n': 1}", '--read-only'), '--read-only')
    for statement in ("SELECT * FROM changes('items')", "BACKUP TO '/tmp/never'", "CHECK DATABASE", "ANALYZE items"):
        check('store' in error(url, statement) or 'does not' in error(url, statement), 'refused: ' + statement)
finish()
