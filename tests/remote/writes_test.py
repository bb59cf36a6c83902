"""Writes, transactions and changes of tables on a remote database."""
from remote_support import Server, check, check_equal, compare, error, finish, rows, shell

SETUP = [
    "CREATE TABLE items (k STRING, n NUMBER, g STRING, PRIMARY KEY (k, n), GLOBAL INDEX by_g (g))",
    "INSERT INTO items <<{'k': 'a', 'n': 1, 'v': 10, 'm': {'x': 1}, 'l': [1, 2]}, {'k': 'a', 'n': 2, 'v': 'text'},"
    " {'k': 'b', 'n': 1, 'v': NULL, 's': <<1, 2>>}, {'k': 'c', 'n': 1, 'g': 'red'}>>",
]
ALL = "SELECT * FROM items"
SCRIPT = [
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

with Server() as server:
    url = server.url
    compare(SCRIPT, url, SETUP)
    shell(url, ["DROP TABLE items"])
    compare(TRANSACTIONS, url, SETUP)

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
