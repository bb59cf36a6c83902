"""What the tests share: an empty database for each test, and a last line with the counts."""

import os
import sys
import tempfile
import unittest

import parton

MEMORY = {"background": False, "cache_bytes": 8 << 20}


class DatabaseTest(unittest.TestCase):
    """`self.db` is a connection to a new database in memory."""

    def setUp(self):
        self.db = parton.connect(**MEMORY)
        self.addCleanup(self.db.close)

    def songs(self):
        self.db.script("CREATE TABLE songs (artist STRING, title STRING, PRIMARY KEY (artist, title))")
        self.db.table("songs").put_many(
            [
                {"artist": "Mara Vance", "title": "Late Tram", "plays": 7, "tags": ["live", "slow"]},
                {"artist": "Mara Vance", "title": "Glass Harbour", "plays": 40},
                {"artist": "Oke Lund", "title": "Undertow", "plays": 12},
            ]
        )
        return self.db.table("songs")

    def folder(self):
        """A directory for a database of the test."""
        folder = tempfile.TemporaryDirectory(prefix="parton-python-")
        self.addCleanup(folder.cleanup)
        return os.path.join(folder.name, "db")


def main():
    result = unittest.main(exit=False, verbosity=1).result
    failed = len(result.failures) + len(result.errors)
    sys.stderr.flush()
    print(f"{result.testsRun - failed - len(result.skipped)} passed, {failed} failed")
    sys.exit(failed != 0)
