"""Values go in and come out as they were."""

import copy
import datetime
import decimal
import pickle
import uuid

import check
import parton

D = decimal.Decimal
UTC = datetime.timezone.utc


class Values(check.DatabaseTest):
    def back(self, value):
        return self.db.execute("SELECT VALUE ?", [value]).fetchone()

    def same(self, value):
        got = self.back(value)
        self.assertEqual(got, value)
        self.assertIs(type(got), type(value))

    def test_round_trips(self):
        for value in (
            None, True, False, 0, -1, 2**63 - 1, -(2**63), 2**63, 10**37, -(10**37), D("1.50"), D("-0.001"), 0.1, -1e300,
            "", "ü\U0001f40c\0x", b"", b"\0\xff", [], [1, [2, "x"]], {}, {"a": {"b": [None]}}, {"x", "y"}, {1, 2},
            {b"a", b"b"}, datetime.date(2021, 8, 22), datetime.time(12, 30, 45), datetime.time(12, 30, 45, 500),
            datetime.datetime(2021, 8, 22, 12, 30), datetime.datetime(2021, 8, 22, 12, 30, 45, 123456, UTC),
            datetime.datetime(1, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=-5))),
            datetime.timedelta(days=2, seconds=3, microseconds=4), datetime.timedelta(seconds=-1, microseconds=1),
            datetime.timedelta(days=-3), parton.Months(14), parton.Months(-1),
        ):
            with self.subTest(value=value):
                self.same(value)

    def test_missing(self):
        self.assertIs(self.back(parton.MISSING), parton.MISSING)
        self.assertFalse(parton.MISSING)
        self.assertEqual(repr(parton.MISSING), "MISSING")
        self.assertIs(pickle.loads(pickle.dumps(parton.MISSING)), parton.MISSING)
        self.assertIs(copy.deepcopy(parton.MISSING), parton.MISSING)
        self.assertEqual(self.back({"a": parton.MISSING, "b": None}), {"b": None})

    def test_bag_is_a_list(self):
        self.assertEqual(self.db.execute("SELECT VALUE <<1, 'x'>>").fetchone(), [1, "x"])

    def test_like_dicts_and_buffers(self):
        self.assertEqual(self.back((1, 2)), [1, 2])
        self.assertEqual(self.back(bytearray(b"ab")), b"ab")
        self.assertEqual(self.back(memoryview(b"ab")), b"ab")

    def test_what_is_no_value(self):
        for value in (object(), uuid.uuid4(), 1j, {1: 2}, {"a": object()}, [lambda: 0]):
            with self.subTest(value=value):
                self.assertRaises(TypeError, self.back, value)

    def test_out_of_range(self):
        for value in (10**39 + 1, 10**5000 + 1, D("NaN"), D("Infinity"), D("1." + "1" * 40), set(), {1, "x"}):
            with self.subTest(value=str(value)[:50] if not isinstance(value, int) else "int"):
                self.assertRaises(parton.DataError, self.back, value)
        self.assertRaises(UnicodeEncodeError, self.back, "\ud800")

    def test_nested_too_deep(self):
        deep = []
        for _ in range(100_000):
            deep = [deep]
        self.assertRaises((RecursionError, RuntimeError), self.back, deep)
        endless = []
        endless.append(endless)
        self.assertRaises((RecursionError, RuntimeError), self.back, endless)

    def test_stored(self):
        self.db.script("CREATE TABLE things (id NUMBER, PRIMARY KEY (id))")
        item = {"id": 1, "n": D("12.50"), "big": 10**30, "b": b"\0", "l": [1, None, True], "m": {"x": "y"}, "s": {1, 2}}
        self.db.table("things").put(item)
        got = self.db.table("things").get(id=1)
        self.assertEqual(got, item)
        self.assertIs(type(got["n"]), D)
        self.assertIs(type(got["id"]), int)

    def test_boto3_numbers(self):
        with parton.connect(boto3_numbers=True, **check.MEMORY) as db:
            db.script("CREATE TABLE things (id NUMBER, PRIMARY KEY (id))")
            things = db.table("things")
            things.put(id=1, n=D("1.5"), ids={3, 4})
            got = things.get(id=1)
            self.assertEqual(got, {"id": D(1), "n": D("1.5"), "ids": {D(3), D(4)}})
            self.assertIs(type(got["id"]), D)
            self.assertTrue(all(type(i) is D for i in got["ids"]))
            with self.assertRaisesRegex(TypeError, "Use Decimal types"):
                things.put(id=2, n=1.5)

    def test_literal(self):
        self.assertEqual(parton.literal({"a": [1, D("2.50"), None]}), "{'a': [1, 2.50, NULL]}")

    def test_decimal_context_does_not_matter(self):
        with decimal.localcontext() as context:
            context.prec = 3
            self.same(D("1.23456789"))


if __name__ == "__main__":
    check.main()
