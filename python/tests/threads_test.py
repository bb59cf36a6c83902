"""Threads share databases and connections."""

import threading

import check


class Threads(check.DatabaseTest):
    THREADS = 4
    ROUNDS = 50

    def setUp(self):
        super().setUp()
        self.db.script("CREATE TABLE counters (id NUMBER, PRIMARY KEY (id))")
        self.db.table("counters").put(id=0, n=0)
        self.errors = []

    def together(self, body):
        def run(number):
            try:
                body(number)
            except BaseException as e:  # noqa: B902
                self.errors.append(e)

        threads = [threading.Thread(target=run, args=(n,)) for n in range(self.THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.errors, [])

    def test_one_connection(self):
        def body(number):
            for _ in range(self.ROUNDS):
                self.db.execute("UPDATE counters SET n = n + 1 WHERE id = 0")
                rows = self.db.execute("SELECT VALUE x FROM [1, 2, 3] AS x").fetchall()
                assert rows == [1, 2, 3], rows

        self.together(body)
        self.assertEqual(self.db.value("SELECT n FROM counters WHERE id = 0"), self.THREADS * self.ROUNDS)

    def test_a_connection_each(self):
        def body(number):
            with self.db.connect() as own:
                for _ in range(self.ROUNDS):
                    def add():
                        n = own.value("SELECT n FROM counters WHERE id = 0")
                        own.execute("UPDATE counters SET n = ? WHERE id = 0", [n + 1])

                    own.run(add, attempts=1000)

        self.together(body)
        self.assertEqual(self.db.table("counters").get(id=0)["n"], self.THREADS * self.ROUNDS)

    def test_functions_on_many_threads(self):
        self.db.create_function("PLUS_ONE", lambda x: x + 1, 1)

        def body(number):
            with self.db.connect() as own:
                for n in range(self.ROUNDS):
                    assert own.value("SELECT PLUS_ONE(?) AS x FROM [1] AS y", [n]) == n + 1

        self.together(body)

    def test_rows_across_threads(self):
        self.db.table("counters").put_many({"id": n} for n in range(1, 2000))
        cursor = self.db.execute("SELECT VALUE c.id FROM counters AS c")
        seen = []
        lock = threading.Lock()

        def body(number):
            while True:
                with lock:
                    rows = cursor.fetchmany(50)
                if not rows:
                    return
                seen.extend(rows)

        self.together(body)
        self.assertEqual(sorted(seen), list(range(2000)))


if __name__ == "__main__":
    check.main()
