"""PEP 249, rule by rule."""

import datetime
import time
import unittest

import check
import parton


class Module(unittest.TestCase):
    def test_globals(self):
        self.assertEqual(parton.apilevel, "2.0")
        self.assertIn(parton.threadsafety, (0, 1, 2, 3))
        self.assertEqual(parton.paramstyle, "qmark")

    def test_exceptions(self):
        self.assertTrue(issubclass(parton.Warning, Exception))
        self.assertTrue(issubclass(parton.Error, Exception))
        self.assertFalse(issubclass(parton.Warning, parton.Error))
        self.assertTrue(issubclass(parton.InterfaceError, parton.Error))
        self.assertTrue(issubclass(parton.DatabaseError, parton.Error))
        for name in ("Data", "Operational", "Integrity", "Internal", "Programming"):
            self.assertTrue(issubclass(getattr(parton, name + "Error"), parton.DatabaseError))
        self.assertTrue(issubclass(parton.NotSupportedError, parton.DatabaseError))

    def test_constructors(self):
        self.assertEqual(parton.Date(2002, 12, 25), datetime.date(2002, 12, 25))
        self.assertEqual(parton.Time(13, 45, 30), datetime.time(13, 45, 30))
        self.assertEqual(parton.Timestamp(2002, 12, 25, 13, 45, 30), datetime.datetime(2002, 12, 25, 13, 45, 30))
        ticks = time.mktime((2002, 12, 25, 13, 45, 30, 0, 0, 0))
        self.assertEqual(parton.DateFromTicks(ticks), parton.Date(2002, 12, 25))
        self.assertEqual(parton.TimeFromTicks(ticks), parton.Time(13, 45, 30))
        self.assertEqual(parton.TimestampFromTicks(ticks), parton.Timestamp(2002, 12, 25, 13, 45, 30))
        self.assertEqual(parton.Binary(b"a\0b"), b"a\0b")
        for name in ("STRING", "BINARY", "NUMBER", "DATETIME", "ROWID"):
            self.assertTrue(hasattr(parton, name))


class Connections(check.DatabaseTest):
    def test_exceptions_are_attributes(self):
        for name in ("Warning", "Error", "InterfaceError", "DatabaseError", "DataError", "OperationalError",
                     "IntegrityError", "InternalError", "ProgrammingError", "NotSupportedError"):
            self.assertIs(getattr(self.db, name), getattr(parton, name))

    def test_commit_and_rollback_without_a_transaction(self):
        self.db.commit()
        self.db.rollback()

    def test_close(self):
        cursor = self.db.cursor()
        self.db.close()
        self.db.close()
        for call in (self.db.cursor, self.db.commit, self.db.rollback, lambda: cursor.execute("SELECT VALUE 1"),
                     cursor.fetchone, lambda: self.db.execute("SELECT VALUE 1")):
            self.assertRaises(parton.Error, call)

    def test_transactions_by_themselves(self):
        path = self.folder()
        with parton.connect(path, autocommit=False) as first, parton.connect(path) as second:
            cursor = first.cursor()
            cursor.execute("CREATE TABLE notes (id NUMBER, PRIMARY KEY (id))")
            cursor.execute("INSERT INTO notes VALUE {'id': 1}")
            self.assertTrue(first.in_transaction)
            self.assertEqual(second.cursor().execute("SELECT id FROM notes").fetchall(), [])
            first.commit()
            self.assertEqual(second.cursor().execute("SELECT id FROM notes").fetchall(), [(1,)])
            cursor.execute("DELETE FROM notes WHERE id = 1")
            first.rollback()
            self.assertEqual(cursor.execute("SELECT id FROM notes").fetchall(), [(1,)])
            first.rollback()
            cursor.executemany("INSERT INTO notes VALUE {'id': ?}", [(2,), (3,)])
            self.assertTrue(first.in_transaction)

    def test_close_rolls_back(self):
        path = self.folder()
        with parton.connect(path) as keeper:
            keeper.script("CREATE TABLE notes (id NUMBER, PRIMARY KEY (id))")
            other = parton.connect(path, autocommit=False)
            other.cursor().execute("INSERT INTO notes VALUE {'id': 1}")
            other.close()
            self.assertEqual(keeper.execute("SELECT * FROM notes").fetchall(), [])


class Cursors(check.DatabaseTest):
    def setUp(self):
        super().setUp()
        self.songs()
        self.cursor = self.db.cursor()

    def test_connection(self):
        self.assertIs(self.cursor.connection, self.db)

    def test_description(self):
        self.assertIsNone(self.cursor.description)
        self.cursor.execute("INSERT INTO songs VALUE {'artist': 'A', 'title': 'B'}")
        self.assertIsNone(self.cursor.description)
        self.cursor.execute("SELECT title, plays AS n FROM songs")
        self.assertEqual([d[0] for d in self.cursor.description], ["title", "n"])
        self.assertEqual({len(d) for d in self.cursor.description}, {7})

    def test_rowcount(self):
        self.assertEqual(self.cursor.rowcount, -1)
        self.cursor.execute("UPDATE songs SET plays = 1 WHERE artist = 'Mara Vance'")
        self.assertEqual(self.cursor.rowcount, 2)
        self.cursor.execute("SELECT title FROM songs")
        self.assertEqual(self.cursor.rowcount, -1)
        self.cursor.executemany("DELETE FROM songs WHERE artist = ? AND title = ?",
                                [("Mara Vance", "Late Tram"), ("Nobody", "x"), ("Oke Lund", "Undertow")])
        self.assertEqual(self.cursor.rowcount, 2)

    def test_close(self):
        self.cursor.close()
        self.assertRaises(parton.Error, self.cursor.execute, "SELECT VALUE 1")
        self.assertRaises(parton.Error, self.cursor.fetchall)

    def test_fetch_without_rows(self):
        for fetch in (self.cursor.fetchone, self.cursor.fetchmany, self.cursor.fetchall):
            self.assertRaises(parton.Error, fetch)
        self.cursor.execute("INSERT INTO songs VALUE {'artist': 'A', 'title': 'B'}")
        for fetch in (self.cursor.fetchone, self.cursor.fetchmany, self.cursor.fetchall):
            self.assertRaises(parton.Error, fetch)

    def test_fetchone(self):
        self.cursor.execute("SELECT title FROM songs WHERE artist = 'Oke Lund'")
        self.assertEqual(self.cursor.fetchone(), ("Undertow",))
        self.assertIsNone(self.cursor.fetchone())
        self.assertIsNone(self.cursor.fetchone())

    def test_fetchmany(self):
        titles = [("Glass Harbour",), ("Late Tram",), ("Undertow",)]
        query = "SELECT title FROM songs ORDER BY title"
        self.cursor.execute(query)
        self.assertEqual(self.cursor.arraysize, 1)
        self.assertEqual(self.cursor.fetchmany(), titles[:1])
        self.assertEqual(self.cursor.fetchmany(10), titles[1:])
        self.assertEqual(self.cursor.fetchmany(10), [])
        self.cursor.arraysize = 2
        self.assertEqual(self.cursor.execute(query).fetchmany(), titles[:2])
        self.assertEqual(self.cursor.fetchall(), titles[2:])
        self.assertEqual(self.cursor.fetchall(), [])
        self.assertEqual(list(self.cursor.execute(query)), titles)

    def test_empty_result(self):
        self.cursor.execute("SELECT title FROM songs WHERE artist = 'Nobody'")
        self.assertEqual(self.cursor.fetchall(), [])
        self.assertIsNone(self.cursor.fetchone())

    def test_parameters(self):
        self.cursor.execute("SELECT plays FROM songs WHERE artist = ? AND title = ?", ("Mara Vance", "Late Tram"))
        self.assertEqual(self.cursor.fetchall(), [(7,)])
        self.cursor.execute("SELECT plays FROM songs WHERE artist = :a AND title = :t",
                            {"a": "Mara Vance", "t": "Late Tram"})
        self.assertEqual(self.cursor.fetchall(), [(7,)])
        self.assertRaises(parton.ProgrammingError, self.cursor.execute, "SELECT VALUE ?", ())
        self.assertRaises(parton.ProgrammingError, self.cursor.execute, "SELECT VALUE :a", {"b": 1})
        self.assertRaises(TypeError, self.cursor.execute, "SELECT VALUE ?", "x")
        self.assertRaises(TypeError, self.cursor.execute, "SELECT VALUE ?", (object(),))
        self.assertRaises(TypeError, self.cursor.execute, 7)

    def test_nothing_is_null(self):
        self.cursor.execute("SELECT tags, plays FROM songs WHERE artist = 'Oke Lund'")
        self.assertEqual(self.cursor.fetchone(), (parton.MISSING, 12))
        self.assertEqual(self.cursor.execute("SELECT NULL AS n").fetchone(), (None,))

    def test_whole_items(self):
        self.cursor.execute("SELECT * FROM songs WHERE artist = 'Oke Lund'")
        self.assertEqual(self.cursor.fetchone(), ({"artist": "Oke Lund", "title": "Undertow", "plays": 12},))

    def test_sizes(self):
        self.cursor.setinputsizes((25,))
        self.cursor.setoutputsize(1000)
        self.cursor.setoutputsize(2000, 0)

    def test_returning(self):
        self.cursor.execute("UPDATE songs SET plays = plays + 1 WHERE artist = 'Oke Lund' AND title = 'Undertow' "
                            "RETURNING ALL NEW *")
        self.assertEqual(self.cursor.fetchall()[0][0]["plays"], 13)

    def test_errors(self):
        with self.assertRaises(parton.ProgrammingError) as wrong:
            self.cursor.execute("SELECT * FROM song")
        self.assertIsInstance(wrong.exception, parton.NotFound)
        self.assertEqual(wrong.exception.code, "ResourceNotFoundException")
        self.assertEqual(wrong.exception.hint, 'did you mean "songs"?')
        self.assertEqual(wrong.exception.position[:2], (1, 15))
        self.assertIn("line 1, column 15", str(wrong.exception))
        with self.assertRaises(parton.IntegrityError) as twice:
            self.cursor.execute("INSERT INTO songs VALUE {'artist': 'Oke Lund', 'title': 'Undertow'}")
        self.assertEqual(twice.exception.code, "DuplicateItemException")
        self.assertIsNone(self.cursor.description)


if __name__ == "__main__":
    check.main()
