"""Functions and aggregates in Python."""

import decimal

import check
import parton


class Functions(check.DatabaseTest):
    def test_call(self):
        self.db.create_function("SHOUT", lambda text: text.upper() + "!", 1)
        self.assertEqual(self.db.execute("SHOUT('a')").fetchone(), "A!")
        self.assertIsNone(self.db.execute("SHOUT(NULL)").fetchone())
        self.assertIs(self.db.execute("SHOUT(MISSING)").fetchone(), parton.MISSING)
        self.assertRaises(parton.ProgrammingError, self.db.execute, "SHOUT('a', 'b')")

    def test_any_values(self):
        seen = []

        def keep(*arguments):
            seen.append(arguments)
            return {"n": len(arguments), "d": decimal.Decimal("1.5")}

        self.db.create_function("KEEP", keep, absent=True)
        self.assertEqual(self.db.execute("KEEP(1, [2], {'a': 3}, NULL, MISSING)").fetchone(),
                         {"n": 5, "d": decimal.Decimal("1.5")})
        self.assertEqual(seen, [(1, [2], {"a": 3}, None, parton.MISSING)])

    def test_in_place_of_another(self):
        self.db.create_function("ONE", lambda: 1, 0)
        self.assertEqual(self.db.execute("ONE()").fetchone(), 1)
        self.db.create_function("ONE", lambda: "one", 0)
        self.assertEqual(self.db.execute("ONE()").fetchone(), "one")
        self.db.remove_function("ONE")
        self.assertRaises(parton.ProgrammingError, self.db.execute, "ONE()")
        self.assertRaises(parton.ProgrammingError, self.db.create_function, "UPPER", lambda x: x, 1)
        self.assertRaises(parton.ProgrammingError, self.db.create_function, "not a name", lambda x: x, 1)

    def test_errors_are_those_of_the_function(self):
        self.db.create_function("FAIL", lambda x: 1 / x, 1)
        with self.assertRaises(ZeroDivisionError):
            self.db.execute("FAIL(0)")
        self.assertEqual(self.db.execute("FAIL(2)").fetchone(), 0.5)
        self.db.create_function("ODD", lambda: object(), 0)
        with self.assertRaises(TypeError):
            self.db.execute("ODD()").fetchone()

    def test_of_this_database_alone(self):
        self.db.create_function("MINE", lambda: 1, 0)
        with parton.connect(**check.MEMORY) as other:
            self.assertRaises(parton.ProgrammingError, other.execute, "MINE()")

    def test_its_own_connection_is_taken(self):
        self.db.create_function("INSIDE", lambda: self.db.value("1 + 1"), 0)
        with self.assertRaisesRegex(parton.ProgrammingError, "its own"):
            self.db.execute("INSIDE()").fetchone()
        other = self.db.connect()
        self.db.create_function("INSIDE", lambda: other.value("1 + 1"), 0)
        self.assertEqual(self.db.execute("INSIDE()").fetchone(), 2)
        other.close()


class Longest:
    """The longest text."""

    def __init__(self):
        self.text = ""

    def step(self, text):
        self.text = max(self.text, text, key=len)

    def finish(self):
        return self.text


class MergingLongest(Longest):
    def merge(self, other):
        self.step(other.text)


class Aggregates(check.DatabaseTest):
    def test_both_kinds(self):
        self.songs()
        for kind in (Longest, MergingLongest):
            self.db.create_aggregate("LONGEST", kind)
            self.assertEqual(self.db.value("SELECT LONGEST(title) AS t FROM songs"), "Glass Harbour")
            rows = self.db.execute("SELECT artist, LONGEST(title) AS t FROM songs GROUP BY artist ORDER BY artist")
            self.assertEqual([row["t"] for row in rows], ["Glass Harbour", "Undertow"])
            self.assertEqual(self.db.value("SELECT LONGEST(title) AS t FROM songs WHERE artist = 'x'"), "")

    def test_error(self):
        self.songs()
        self.db.create_aggregate("LONGEST", Longest)
        self.assertRaises(TypeError, self.db.value, "SELECT LONGEST(plays) AS t FROM songs")


if __name__ == "__main__":
    check.main()
