"""mypy finds nothing wrong with the package, and finds what is wrong with a program."""

import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "parton"

GOOD = """
import parton
from typing import List, Optional

db: parton.Connection = parton.connect("x.db", durable=False)
names: List[str] = db.tables()
cursor: parton.Cursor = db.execute("SELECT 1", [1]).executemany("x", [{"a": 1}])
count: int = cursor.rowcount
item = db.table("songs").get(id=1)
if item is not None:
    print(item["x"])
for change in db.feed("songs"):
    event: str = change.event
for row in cursor:
    print(row)
with db.transaction():
    pass
try:
    pass
except parton.Conflict as e:
    position: Optional[parton.Position] = e.position
"""

BAD = """
import parton
parton.connect("x.db").tables(1)
parton.connect(durabel=False)
n: int = parton.connect().path
"""


def mypy(*arguments):
    command = [sys.executable, "-m", "mypy", "--no-error-summary", "--ignore-missing-imports", *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def main():
    if subprocess.run([sys.executable, "-c", "import mypy"], capture_output=True).returncode != 0:
        print("skipped: no mypy")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        good = Path(folder, "good.py")
        bad = Path(folder, "bad.py")
        good.write_text(GOOD)
        bad.write_text(BAD)
        done = mypy("--cache-dir", folder + "/cache", "--disallow-untyped-defs", "--warn-unused-ignores", str(PACKAGE),
                    str(good), str(bad))
    errors = [line for line in done.stdout.splitlines() if " error: " in line]
    of_bad = [line for line in errors if "bad.py:" in line]
    failed = (len(errors) != len(of_bad)) + (len(of_bad) != 3)
    if failed or done.stderr:
        print(done.stdout + done.stderr)
    print(f"{2 - failed} passed, {failed} failed")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
