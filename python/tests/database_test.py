"""Connections, statements and transactions in the comfortable face."""

import decimal
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import unittest

import check
import parton


class Statements(check.DatabaseTest):
    def setUp(self):
        super().setUp()
        self.songs()

    def test_rows_are_dicts(self):
        rows = self.db.execute("SELECT title, plays FROM songs WHERE artist = ?", ["Oke Lund"]).fetchall()
        self.assertEqual(rows, [{"title": "Undertow", "plays": 12}])
        self.assertEqual(list(self.db.execute("SELECT VALUE s.plays FROM songs AS s ORDER BY s.plays")), [7, 12, 40])
        self.assertEqual(self.db.execute("1 + 1").fetchone(), 2)
        self.assertEqual(self.db.value("SELECT SUM(plays) AS n FROM songs"), 59)
        self.assertIsNone(self.db.value("SELECT plays FROM songs WHERE artist = 'x'"))

    def test_streams(self):
        self.db.script("CREATE TABLE numbers (id NUMBER, PRIMARY KEY (id))")
        self.db.table("numbers").put_many({"id": n} for n in range(3000))
        cursor = self.db.execute("SELECT VALUE n.id FROM numbers AS n")
        seen = {next(cursor), next(cursor)}
        self.db.execute("DELETE FROM numbers WHERE id > 10")
        seen.update(cursor)
        self.assertEqual(seen, set(range(3000)), "the rows are those of the start")
        self.assertRaises(StopIteration, next, cursor)
        self.assertEqual(cursor.stats["items_examined"], 3000)

    def test_error_between_rows(self):
        self.db.set("typing", "strict")
        cursor = self.db.execute("SELECT VALUE 1 / n FROM [1, 2, 0] AS n")
        with self.assertRaises(parton.Error):
            cursor.fetchall()

    def test_texts_and_notices(self):
        self.assertIn("songs", self.db.execute("EXPLAIN SELECT * FROM songs WHERE artist = 'x'").text)
        self.assertEqual(self.db.execute("SELECT * FROM songs").kind, "rows")

    def test_settings(self):
        self.db.set("typing", "strict")
        self.assertEqual(self.db.setting("typing"), "strict")
        self.assertRaises(parton.ProgrammingError, self.db.set, "no such", 1)

    def test_df(self):
        try:
            import pandas  # noqa: F401
        except ImportError:
            self.skipTest("no pandas")
        frame = self.db.execute("SELECT * FROM songs ORDER BY title").df()
        self.assertEqual(list(frame["plays"]), [40, 7, 12])
        self.assertEqual(set(frame.columns), {"artist", "title", "plays", "tags"})
        self.assertIsNone(frame["tags"][0])
        frame = self.db.cursor().execute("SELECT title, plays FROM songs WHERE artist = 'none'").df()
        self.assertEqual(list(frame.columns), ["title", "plays"])

    def test_columns(self):
        # What arrays() and df() make arrays of.
        import array

        def columns(*items):
            return self.db.execute("SELECT VALUE x FROM ? AS x", [list(items)]).fetch_columns()

        found = columns({"i": 1, "f": 1.5, "b": True, "s": "x"}, {"i": -(2**63), "f": 2.0, "b": False, "s": "y"})
        self.assertEqual({name: kind for name, (kind, _) in found.items()}, {"i": "q", "f": "d", "b": "?", "s": "O"})
        self.assertEqual(list(array.array("q", bytes(found["i"][1]))), [1, -(2**63)])
        self.assertEqual(list(array.array("d", bytes(found["f"][1]))), [1.5, 2.0])
        self.assertEqual((bytes(found["b"][1]), found["s"][1]), (b"\1\0", ["x", "y"]))
        # Absent values among integers are NaN, but where that would lose digits.
        kind, data = columns({"n": 1}, {}, {"n": None}, {"n": 4})["n"]
        values = list(array.array("d", bytes(data)))
        self.assertEqual((kind, values[0], values[1] == values[1], values[2] == values[2], values[3]), ("d", 1, False, False, 4))
        self.assertEqual(columns({"n": 2**60}, {})["n"], ("O", [2**60, None]))
        self.assertEqual(columns({}, {"n": 5}, {"n": 2**60})["n"], ("O", [None, 5, 2**60]))
        self.assertEqual(columns({"n": 1.5}, {"n": 7}, {"n": "x"})["n"], ("O", [1.5, 7, "x"]))
        self.assertEqual(columns({}, {"b": True})["b"], ("O", [None, True]))
        self.assertEqual(columns({"b": True}, {})["b"], ("O", [True, None]))
        self.assertEqual(columns({"n": decimal.Decimal("1.5")}, {"n": 2**70})["n"], ("O", [decimal.Decimal("1.5"), 2**70]))
        self.assertEqual(columns(1, "x"), [1, "x"])
        empty = self.db.cursor().execute("SELECT title, plays FROM songs WHERE artist = 'none'")
        self.assertEqual(empty.fetch_columns(), {"title": ("O", []), "plays": ("O", [])})

    def test_arrays(self):
        try:
            import numpy
        except ImportError:
            self.skipTest("no numpy")
        found = self.db.execute("SELECT title, plays, tags FROM songs ORDER BY title").arrays()
        self.assertEqual((found["plays"].dtype, list(found["plays"])), (numpy.dtype("int64"), [40, 7, 12]))
        self.assertEqual((found["tags"].dtype, found["tags"][0]), (numpy.dtype("O"), None))
        found["plays"] += 1
        self.assertEqual(found["plays"].sum(), 62)

    def test_two_cursors(self):
        first = self.db.execute("SELECT VALUE s.title FROM songs AS s ORDER BY s.title")
        second = self.db.execute("SELECT VALUE s.title FROM songs AS s ORDER BY s.title")
        self.assertEqual([next(first), next(second), next(first)], ["Glass Harbour", "Glass Harbour", "Late Tram"])


class Transactions(check.DatabaseTest):
    def setUp(self):
        super().setUp()
        self.db.script("CREATE TABLE accounts (id STRING, PRIMARY KEY (id))")
        self.db.table("accounts").put_many([{"id": "a", "sum": 10}, {"id": "b", "sum": 0}])

    def sums(self):
        return [row["sum"] for row in self.db.execute("SELECT * FROM accounts ORDER BY id")]

    def move(self, amount):
        self.db.execute("UPDATE accounts SET sum = sum - ? WHERE id = 'a'", [amount])
        self.db.execute("UPDATE accounts SET sum = sum + ? WHERE id = 'b'", [amount])

    def test_commit_and_rollback(self):
        with self.db.transaction():
            self.move(4)
            self.assertTrue(self.db.in_transaction)
        self.assertFalse(self.db.in_transaction)
        self.assertEqual(self.sums(), [6, 4])
        with self.assertRaises(KeyError):
            with self.db.transaction():
                self.move(4)
                raise KeyError
        self.assertEqual(self.sums(), [6, 4])

    def test_savepoints(self):
        with self.db.transaction():
            self.move(1)
            with self.assertRaises(KeyError):
                with self.db.transaction():
                    self.move(5)
                    raise KeyError
            with self.db.transaction():
                self.move(2)
        self.assertEqual(self.sums(), [7, 3])

    def test_rollback_inside(self):
        with self.db.transaction() as t:
            self.move(5)
            t.rollback()
            self.move(1)
        self.assertEqual(self.sums(), [9, 1])
        with self.db.transaction():
            self.move(5)
            self.db.rollback()
        self.assertEqual(self.sums(), [9, 1])

    def test_conflict_and_retry(self):
        other = self.db.connect()
        attempts = []

        @self.db.transaction()
        def take():
            attempts.append(1)
            left = self.db.value("SELECT sum FROM accounts WHERE id = 'a'")
            if len(attempts) == 1:
                other.execute("UPDATE accounts SET sum = sum + 90 WHERE id = 'a'")
            self.db.execute("UPDATE accounts SET sum = ? WHERE id = 'a'", [left - 1])
            return left

        self.assertEqual(take(), 100)
        self.assertEqual(len(attempts), 2)
        self.assertEqual(self.sums(), [99, 0])
        attempts.clear()
        with self.assertRaises(parton.Conflict) as conflict:
            with self.db.transaction():
                take.__wrapped__()
        self.assertTrue(conflict.exception.retryable)
        attempts.clear()
        self.assertRaises(parton.Conflict, self.db.run, take.__wrapped__, attempts=1)
        other.close()

    def test_two_connections_one_database(self):
        path = self.folder()
        first = parton.connect(path)
        second = parton.connect(os.path.join(path, ".", ""))
        first.script("CREATE TABLE notes (id NUMBER, PRIMARY KEY (id))")
        second.table("notes").put(id=1)
        first.close()
        self.assertEqual(second.table("notes").get(id=1), {"id": 1})
        second.close()
        with parton.connect(path, read_only=True) as reader:
            self.assertEqual(reader.tables(), ["notes"])
            self.assertRaises(parton.OperationalError, reader.table("notes").put, id=2)
            self.assertEqual(reader.check(), [])
        self.assertRaises(parton.OperationalError, parton.connect, path + "/none", create=False)
        self.assertRaises(TypeError, parton.connect, path, no_such_option=1)


class Interrupts(check.DatabaseTest):
    ENDLESS = ("SELECT COUNT(*) FROM numbers AS a, numbers AS b, numbers AS c, numbers AS d, numbers AS e "
               "WHERE a.id + b.id + c.id + d.id + e.id = -1")

    def setUp(self):
        super().setUp()
        self.db.script("CREATE TABLE numbers (id NUMBER, PRIMARY KEY (id))")
        self.db.table("numbers").put_many({"id": n} for n in range(500))

    def test_cancel(self):
        threading.Timer(0.3, self.db.cancel).start()
        with self.assertRaises(parton.Cancelled):
            self.db.execute(self.ENDLESS)

    def test_control_c(self):
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        start = time.monotonic()
        with self.assertRaises(KeyboardInterrupt):
            self.db.execute(self.ENDLESS)
        self.assertLess(time.monotonic() - start, 10)
        self.assertEqual(self.db.execute("1 + 1").fetchone(), 2)

    def test_others_run_meanwhile(self):
        done = threading.Event()
        thread = threading.Thread(target=lambda: (time.sleep(0.2), done.set(), self.db.cancel()))
        thread.start()
        self.assertRaises(parton.Cancelled, self.db.execute, self.ENDLESS)
        thread.join()
        self.assertTrue(done.is_set())


class Lifetime(unittest.TestCase):
    def run_python(self, text):
        return subprocess.run([sys.executable, "-c", textwrap.dedent(text)], capture_output=True, text=True, timeout=60)

    def test_end_of_the_program(self):
        done = self.run_python("""
            import parton
            db = parton.connect()
            db.script("CREATE TABLE t (id NUMBER, PRIMARY KEY (id)); INSERT INTO t <<{'id': 1}, {'id': 2}>>")
            db.create_function("TWICE", lambda x: 2 * x)
            db.create_aggregate("TOTAL_OF", type("T", (), {"step": lambda s, v: None, "finish": lambda s: 1}))
            rows = db.execute("SELECT VALUE TWICE(t.id) FROM t")
            next(rows)
            class Leak: pass
            a = Leak(); a.me = a; a.rows = rows; a.db = db
            print("end")
        """)
        self.assertEqual((done.stdout, done.stderr, done.returncode), ("end\n", "", 0))

    def test_fork(self):
        done = self.run_python("""
            import os, parton
            db = parton.connect()
            rows = db.execute("SELECT VALUE x FROM [1, 2, 3] AS x")
            child = os.fork()
            if child == 0:
                try:
                    db.execute("1 + 1")
                except parton.InterfaceError as e:
                    print(e, flush=True)
                del rows, db
                raise SystemExit
            os.waitpid(child, 0)
            print(rows.fetchall())
        """)
        self.assertIn("forked", done.stdout)
        self.assertTrue(done.stdout.endswith("[1, 2, 3]\n"), done.stdout + done.stderr)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    check.main()
