"""Tables as objects."""

import check
import parton


class Items(check.DatabaseTest):
    def setUp(self):
        super().setUp()
        self.table = self.songs()
        self.key = {"artist": "Oke Lund", "title": "Undertow"}

    def test_get(self):
        self.assertEqual(self.table.get(artist="Oke Lund", title="Undertow"), {**self.key, "plays": 12})
        self.assertEqual(self.table.get(self.key, projection="plays"), {"plays": 12})
        self.assertIsNone(self.table.get(artist="Nobody", title="x"))
        self.assertRaises(parton.ProgrammingError, self.table.get, artist="Oke Lund")
        self.assertRaises(parton.NotFound, self.db.table("nothing").get, id=1)

    def test_put(self):
        old = self.table.put({**self.key, "plays": 1}, returning="all_old")
        self.assertEqual(old["plays"], 12)
        self.assertIsNone(self.table.put(artist="New", title="One"))
        with self.assertRaises(parton.ConditionFailed) as failed:
            self.table.put(self.key, condition="attribute_not_exists(artist)")
        self.assertEqual(failed.exception.item["plays"], 1)
        self.assertEqual(failed.exception.code, "ConditionalCheckFailedException")

    def test_update(self):
        new = self.table.update(self.key, "SET plays = plays + :n", values={":n": 1}, returning="all_new")
        self.assertEqual(new["plays"], 13)
        new = self.table.update(self.key, set={"year": 1999, "note": "x"}, add={"plays": 2, "tags": {"a"}},
                                returning="all_new")
        self.assertEqual(new, {**self.key, "plays": 15, "year": 1999, "note": "x", "tags": {"a"}})
        new = self.table.update(self.key, remove=["note", "tags"], condition="plays > :p", values={":p": 3},
                                returning="all_new")
        self.assertEqual(new, {**self.key, "plays": 15, "year": 1999})
        self.assertRaises(parton.ProgrammingError, self.table.update, self.key, "SET a = :b", set={"c": 1})

    def test_delete(self):
        self.assertEqual(self.table.delete(self.key, returning="all_old")["plays"], 12)
        self.assertIsNone(self.table.get(self.key))
        self.table.delete(self.key)

    def test_query(self):
        titles = [song["title"] for song in self.table.query(artist="Mara Vance")]
        self.assertEqual(titles, ["Glass Harbour", "Late Tram"])
        titles = [song["title"] for song in self.table.query(artist="Mara Vance", reverse=True, limit=1)]
        self.assertEqual(titles, ["Late Tram"])
        found = list(self.table.query("artist = :a AND begins_with(title, :t)", values={":a": "Mara Vance", ":t": "L"}))
        self.assertEqual(len(found), 1)
        found = list(self.table.query(artist="Mara Vance", filter="plays > :p", values={":p": 10}, projection="plays"))
        self.assertEqual(found, [{"plays": 40}])

    def test_index(self):
        self.db.script("CREATE INDEX by_plays ON songs (plays NUMBER)")
        found = list(self.table.query(index="by_plays", plays=12))
        self.assertEqual([song["title"] for song in found], ["Undertow"])
        self.assertIn("by_plays", self.table.describe()["indexes"])

    def test_scan_over_many_pages(self):
        self.table.put_many({"artist": f"a{n}", "title": "t", "text": "x" * 4000} for n in range(400))
        self.assertEqual(sum(1 for _ in self.table), 403)
        self.assertEqual(sum(1 for _ in self.table.scan(limit=7)), 7)
        self.assertEqual(sum(1 for _ in self.table.scan(filter="plays > :p", values={":p": 10}, limit=1)), 1)
        self.assertEqual(list(self.table.scan(limit=0)), [])

    def test_many(self):
        keys = [{"artist": "m", "title": str(n)} for n in range(120)]
        self.assertEqual(self.table.put_many(keys + keys[:3]), 123)
        self.assertEqual(self.table.get_many(keys + [{"artist": "m", "title": "none"}]), keys + [None])
        self.assertEqual(self.table.delete_many(keys), 120)
        self.assertEqual(self.table.describe()["item_count"], 3)
        self.assertRaises(parton.NotFound, self.db.table("nothing").put_many, [{"a": 1}])

    def test_in_a_transaction(self):
        with self.assertRaises(ZeroDivisionError):
            with self.db.transaction():
                self.table.put(artist="T", title="1", plays=1)
                self.table.delete(self.key)
                self.assertEqual(self.table.get(artist="T", title="1")["plays"], 1)
                self.assertIsNone(self.table.get(self.key))
                self.assertEqual([s["title"] for s in self.table.query(artist="Mara Vance", reverse=True)],
                                 ["Late Tram", "Glass Harbour"])
                self.assertRaises(parton.ProgrammingError, self.table.update, self.key, set={"a": 1})
                self.assertRaises(parton.ProgrammingError, self.table.put, self.key, condition="plays > 1")
                1 / 0
        self.assertIsNone(self.table.get(artist="T", title="1"))
        self.assertEqual(self.table.get(self.key)["plays"], 12)
        with self.db.transaction():
            self.table.put(self.key)
        self.assertEqual(self.table.get(self.key), self.key)

    def test_describe(self):
        described = self.table.describe()
        self.assertEqual(described["key"], ["artist", "title"])
        self.assertEqual(described["attributes"], {"artist": "STRING", "title": "STRING"})
        self.assertEqual(described["item_count"], 3)


if __name__ == "__main__":
    check.main()
