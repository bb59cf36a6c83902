"""Point reads and fetches through Python: Parton beside sqlite3 with one JSON column, on the same rows.

    PYTHONPATH=build/release/python python3 -P python/bench.py [--rows 1000000] [--reads 100000] [--rounds 3]
"""

import argparse
import json
import os
import random
import sqlite3
import statistics
import tempfile
import time

import parton


def make(number):
    return {
        "id": number,
        "host": f"host{number % 97}.example.org",
        "path": f"/articles/{number % 1000}/page{number % 7}.html",
        "status": 200 if number % 9 else 404,
        "bytes": number * 37 % 100_000,
        "agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/115.0",
        "tags": ["a", "b", str(number % 3)],
        "country": "SE" if number % 2 else "DE",
    }


def timed(body):
    start = time.perf_counter()
    result = body()
    return time.perf_counter() - start, result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--reads", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="parton-bench-") as folder:
        run(arguments, folder)


def run(arguments, folder):
    db = parton.connect(os.path.join(folder, "parton"), durable=False)
    db.script("CREATE TABLE logs (id NUMBER, PRIMARY KEY (id))")
    table = db.table("logs")
    lite = sqlite3.connect(os.path.join(folder, "sqlite.db"), isolation_level=None)
    lite.execute("PRAGMA journal_mode = WAL")
    lite.execute("PRAGMA synchronous = OFF")
    lite.execute("PRAGMA cache_size = -262144")
    lite.execute("CREATE TABLE logs (id INTEGER PRIMARY KEY, item TEXT)")
    lite.execute("BEGIN")
    for at in range(0, arguments.rows, 1000):
        items = [make(n) for n in range(at, min(at + 1000, arguments.rows))]
        table.put_many(items)
        lite.executemany("INSERT INTO logs VALUES (?, ?)", [(i["id"], json.dumps(i)) for i in items])
    lite.execute("COMMIT")
    keys = random.Random(7).choices(range(arguments.rows), k=arguments.reads)

    def lite_reads():
        return sum(
            json.loads(lite.execute("SELECT item FROM logs WHERE id = ?", (key,)).fetchone()[0])["bytes"] for key in keys
        )

    def select_reads():
        return sum(db.execute("SELECT * FROM logs WHERE id = ?", (key,)).fetchone()["bytes"] for key in keys)

    def cursor_reads():
        cursor = db.cursor()
        return sum(cursor.execute("SELECT * FROM logs WHERE id = ?", (key,)).fetchone()[0]["bytes"] for key in keys)

    def get_reads():
        return sum(table.get({"id": key})["bytes"] for key in keys)

    def lite_all():
        return sum(json.loads(row[0])["bytes"] for row in lite.execute("SELECT item FROM logs"))

    def parton_all():
        return sum(row["bytes"] for row in db.execute("SELECT * FROM logs"))

    def lite_columns():
        query = "SELECT id, json_extract(item, '$.bytes') FROM logs"
        return sum(row[1] for row in lite.execute(query).fetchall())

    def parton_columns():
        return sum(row[1] for row in db.cursor().execute("SELECT id, bytes FROM logs").fetchall())

    works = [
        ("point reads: execute", lite_reads, select_reads),
        ("point reads: cursor", lite_reads, cursor_reads),
        ("point reads: table.get", lite_reads, get_reads),
        ("all rows, whole", lite_all, parton_all),
        ("all rows, two columns", lite_columns, parton_columns),
    ]
    print(f"{arguments.rows} rows, {arguments.reads} point reads, median of {arguments.rounds} rounds, seconds")
    print(f"{'work':26}{'sqlite3':>10}{'parton':>10}{'ratio':>8}")
    for name, theirs, ours in works:
        their_times, our_times = [], []
        for _ in range(arguments.rounds):
            their_time, their_sum = timed(theirs)
            our_time, our_sum = timed(ours)
            if their_sum != our_sum:
                raise SystemExit(f"{name}: the sums differ: {their_sum}, {our_sum}")
            their_times.append(their_time)
            our_times.append(our_time)
        a, b = statistics.median(their_times), statistics.median(our_times)
        print(f"{name:26}{a:10.3f}{b:10.3f}{a / b:8.2f}")


if __name__ == "__main__":
    main()
