"""The pytest plug-in: a project with tests that use it passes."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = """
import urllib.request

import pytest


def test_empty(parton_db):
    assert parton_db.tables() == ["songs"]
    parton_db.table("songs").put(id=1)


def test_new_each_time(parton_db):
    assert parton_db.table("songs").get(id=1) is None


@pytest.mark.parton_schema("more/other.sql")
def test_marker(parton_db):
    assert parton_db.tables() == ["others"]


def test_endpoint(parton_endpoint):
    with urllib.request.urlopen(parton_endpoint.url + "/ready") as answer:
        assert answer.status == 200


def test_boto3(parton_endpoint):
    pytest.importorskip("boto3")
    table = parton_endpoint.resource().Table("songs")
    table.put_item(Item={"id": 7, "title": "Undertow"})
    assert table.get_item(Key={"id": 7})["Item"]["title"] == "Undertow"
    assert parton_endpoint.client().list_tables()["TableNames"] == ["songs"]


@pytest.mark.parton_schema("nowhere.sql")
@pytest.mark.xfail(raises=pytest.UsageError, strict=True)
def test_no_schema(parton_db):
    pass
"""


def main():
    if subprocess.run([sys.executable, "-c", "import pytest"], capture_output=True).returncode != 0:
        print("skipped: no pytest")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        tests = Path(folder, "tests")
        (tests / "more").mkdir(parents=True)
        Path(folder, "schema.sql").write_text("CREATE TABLE songs (id NUMBER, PRIMARY KEY (id));\n")
        (tests / "more" / "other.sql").write_text("CREATE TABLE others (id NUMBER, PRIMARY KEY (id));\n")
        Path(folder, "pytest.ini").write_text("[pytest]\nparton_schema = schema.sql\n")
        (tests / "test_songs.py").write_text(TESTS)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--strict-markers"]
        # An installed package has the plug-in as an entry point.
        installed = subprocess.run(
            [sys.executable, "-c", "import importlib.metadata as m; m.distribution('parton')"], capture_output=True)
        if installed.returncode != 0:
            command += ["-p", "parton.pytest_plugin"]
        done = subprocess.run(command, cwd=folder, env=os.environ, capture_output=True, text=True, timeout=120)
    print(done.stdout + done.stderr)
    print("1 passed, 0 failed" if done.returncode == 0 else "0 passed, 1 failed")
    sys.exit(done.returncode != 0)


if __name__ == "__main__":
    main()
