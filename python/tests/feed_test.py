"""Change feeds."""

import threading
import time

import check
import parton


class Feeds(check.DatabaseTest):
    def setUp(self):
        super().setUp()
        self.db.script("CREATE TABLE songs (id NUMBER, PRIMARY KEY (id)) WITH (stream = 'both images')")
        self.table = self.db.table("songs")

    def test_iterates(self):
        with self.db.feed("songs", timeout=0) as feed:
            self.table.put(id=1, plays=1)
            self.table.update(id=1, set={"plays": 2})
            self.table.delete(id=1)
            changes = list(feed)
        self.assertEqual([c.event for c in changes], ["INSERT", "MODIFY", "REMOVE"])
        self.assertEqual((changes[1].keys, changes[1].old["plays"], changes[1].new["plays"]), ({"id": 1}, 1, 2))
        self.assertIsNone(changes[0].old)
        self.assertLess(changes[0].sequence, changes[1].sequence)
        self.assertLess(abs(changes[0].time.timestamp() - time.time()), 60)
        self.assertFalse(changes[2].by_ttl)

    def test_consumer_goes_on(self):
        self.table.put_many({"id": n} for n in range(5))
        with self.db.feed("songs", consumer="c", start="beginning", timeout=0) as feed:
            changes = iter(feed)
            seen = [next(changes).keys["id"] for _ in range(2)]
            feed.acknowledge()
            next(changes)
        with self.db.feed("songs", consumer="c", timeout=0) as feed:
            with self.db.transaction():
                for change in feed:
                    seen.append(change.keys["id"])
                feed.acknowledge(self.db)
        self.assertEqual(sorted(seen), [0, 1, 2, 3, 4])
        with self.db.feed("songs", consumer="c", timeout=0) as feed:
            self.assertEqual(list(feed), [])
            feed.seek("beginning")
            self.assertEqual(len(feed.read(100)), 5)
            feed.forget()

    def test_waits_and_stops(self):
        feed = self.db.feed("songs")
        threading.Timer(0.2, self.table.put, kwargs={"id": 7}).start()
        changes = iter(feed)
        self.assertEqual(next(changes).keys, {"id": 7})
        threading.Timer(0.2, feed.stop).start()
        self.assertEqual(list(changes), [])
        feed.close()
        feed.close()
        self.assertRaises(parton.InterfaceError, feed.read)

    def test_timeout(self):
        with self.db.feed("songs") as feed:
            start = time.monotonic()
            self.assertEqual(feed.wait(timeout=0.25), [])
            self.assertGreater(time.monotonic() - start, 0.2)

    def test_errors(self):
        self.assertRaises(parton.NotFound, self.db.feed, "nothing")
        self.assertRaises(ValueError, self.db.feed, "songs", start="yesterday")


if __name__ == "__main__":
    check.main()
