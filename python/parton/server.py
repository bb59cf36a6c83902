"""``parton serve`` as a child of this process: DynamoDB's API on a free port of this machine, for tests."""

from __future__ import annotations

import os
import queue
import re
import shutil
import subprocess
import tempfile
import threading
import time
from typing import IO, Any, List, Optional, Union

from .connection import connect
from .errors import OperationalError


class Endpoint:
    """A server that runs. ``close`` ends it, as the end of this process does."""

    #: What boto3 signs with; the server takes any.
    region = "us-east-1"
    access_key = "parton"
    secret_key = "parton"

    def __init__(
        self, process: "subprocess.Popen[str]", url: str, folder: "Optional[tempfile.TemporaryDirectory[str]]"
    ) -> None:
        self._process = process
        self._folder = folder
        self.url = url

    def client(self, service: str = "dynamodb", **options: Any) -> Any:
        """A client of boto3."""
        import boto3

        return boto3.client(service, **{**self._options(), **options})

    def resource(self, **options: Any) -> Any:
        """DynamoDB's resource of boto3."""
        import boto3

        return boto3.resource("dynamodb", **{**self._options(), **options})

    def _options(self) -> Any:
        return {
            "endpoint_url": self.url,
            "region_name": self.region,
            "aws_access_key_id": self.access_key,
            "aws_secret_access_key": self.secret_key,
        }

    def close(self) -> None:
        """Ends the server. Twice does nothing."""
        _end(self._process)
        if self._folder is not None:
            self._folder.cleanup()

    def __enter__(self) -> "Endpoint":
        return self

    def __exit__(self, *exception: Any) -> None:
        self.close()


def _end(process: "subprocess.Popen[str]") -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


# The server ends when its standard input does: with this process, however that ends.
_KEEPER = '"$0" "$@" </dev/null & server=$!; exec >/dev/null 2>&1; read -r line; kill "$server"; wait "$server"'


def serve(
    database: Union[str, "os.PathLike[str]"] = ":memory:",
    *,
    schema: Union[str, "os.PathLike[str]", None] = None,
    program: Optional[str] = None,
    arguments: Optional[List[str]] = None,
    timeout: float = 30,
) -> Endpoint:
    """Starts a server on a free port and waits until it answers.

    ``schema`` is a script of statements for a new database; ``arguments`` are further options of ``parton serve``.
    """
    found = program or os.environ.get("PARTON") or shutil.which("parton")
    if found is None:
        raise OperationalError("there is no program parton in PATH", "name it in the environment's PARTON")
    folder: "Optional[tempfile.TemporaryDirectory[str]]" = None
    options = ["--port", "0", *(arguments or [])]
    path = os.fspath(database)
    if schema is not None:
        # A database of another process cannot be in memory.
        if path == ":memory:":
            folder = tempfile.TemporaryDirectory(prefix="parton-endpoint-")
            path = os.path.join(folder.name, "db")
            options.append("--no-sync")
        with open(schema, encoding="utf-8") as file, connect(path, durable=folder is None) as db:
            db.script(file.read())
    command = ["/bin/sh", "-c", _KEEPER, found, "serve", *([] if path == ":memory:" else [path]), *options]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return Endpoint(process, _wait(process, timeout), folder)


def _wait(process: "subprocess.Popen[str]", timeout: float) -> str:
    lines: "queue.Queue[str]" = queue.Queue()
    assert process.stdout is not None
    output: "IO[str]" = process.stdout

    # It goes on reading, so that the server never waits for its pipe.
    def read() -> None:
        try:
            for line in output:
                lines.put(line)
        except ValueError:  # closed
            pass
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    until = time.monotonic() + timeout
    said = ""
    while time.monotonic() < until:
        try:
            line = lines.get(timeout=max(0.01, until - time.monotonic()))
        except queue.Empty:
            break
        said += line
        url = re.search(r"https?://[^\s,]+:\d+", line)
        if url is not None:
            return url.group()
        if not line:
            break
    _end(process)
    raise OperationalError(f"parton serve did not start: {said.strip() or 'it said nothing'}")
