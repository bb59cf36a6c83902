"""pytest: `endpoint` is a server with an empty database in memory, on a free port, for one test.

PARTON is the program, if it is not on the PATH."""
import os
import subprocess

import pytest


@pytest.fixture
def endpoint():
    read, write = os.pipe()
    server = subprocess.Popen([os.environ.get('PARTON', 'parton'), 'serve', '--port', '0', '--ready-fd', str(write)],
                              pass_fds=[write], stdout=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as ready:
        url = ready.readline().strip()
    assert url, 'parton serve did not start'
    yield url
    server.terminate()
    server.wait(10)
