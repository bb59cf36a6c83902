"""Fixtures for pytest, there as soon as parton is installed.

    def test_play(parton_db):                       # a new database in memory, closed at the end
        parton_db.table("songs").put(artist="Nina", title="Feeling Good")

    def test_upload(parton_endpoint):               # `parton serve` on a free port
        table = parton_endpoint.resource().Table("songs")    # boto3

The schema is a script of statements: ``parton_schema = schema.sql`` in the ini file (its path counts from there), or
``@pytest.mark.parton_schema("songs.sql")``, whose path counts from the test's file. The program of ``parton_endpoint`` is
``parton_program`` of the ini file, the environment's ``PARTON``, or ``parton`` in PATH.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Iterator, Optional

import pytest

if TYPE_CHECKING:
    from .connection import Connection
    from .server import Endpoint


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("parton_schema", "script of statements for each parton_db and parton_endpoint", default="")
    parser.addini("parton_program", "the program parton, for parton_endpoint", default="")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "parton_schema(path): the schema of this test's parton_db and parton_endpoint")


def _schema(request: pytest.FixtureRequest) -> Optional[Path]:
    marker = request.node.get_closest_marker("parton_schema")
    if marker is not None:
        if len(marker.args) != 1:
            raise pytest.UsageError("the marker parton_schema takes one path")
        path = request.path.parent / marker.args[0]
    else:
        name = request.config.getini("parton_schema")
        if not name:
            return None
        inipath = request.config.inipath
        path = (inipath.parent if inipath is not None else request.config.rootpath) / name
    if not path.is_file():
        raise pytest.UsageError(f"parton_schema: there is no {path}")
    return path


@pytest.fixture
def parton_db(request: pytest.FixtureRequest) -> "Iterator[Connection]":
    """A connection to a new database in memory, with the schema of the ini file or the marker."""
    import parton

    schema = _schema(request)
    with parton.connect() as db:
        if schema is not None:
            db.script(schema.read_text(encoding="utf-8"))
        yield db


@pytest.fixture
def parton_endpoint(request: pytest.FixtureRequest) -> "Iterator[Endpoint]":
    """A server with a new database in memory, and boto3 clients for it."""
    from .server import serve

    with serve(schema=_schema(request), program=request.config.getini("parton_program") or None) as endpoint:
        yield endpoint
