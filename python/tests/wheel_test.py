"""A wheel is made offline, and works in an environment of its own."""

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent

PROGRAM = """
import importlib.metadata
import parton
assert importlib.metadata.version("parton") == parton.__version__, parton.__version__
assert parton.__file__.startswith(PLACE), parton.__file__
assert parton.connect().value("1 + 1") == 2
assert [e.name for e in importlib.metadata.entry_points(group="pytest11") if e.value == "parton.pytest_plugin"]
"""


def main():
    wanted = "import pip, setuptools, wheel"
    if subprocess.run([sys.executable, "-c", wanted], capture_output=True).returncode != 0:
        print("skipped: no pip, setuptools and wheel")
        sys.exit(77)
    import parton

    environment = {**os.environ, "PARTON_MODULE": parton._parton.__file__}
    environment.pop("PYTHONPATH")
    with tempfile.TemporaryDirectory() as folder:
        # A copy, so that nothing is left in the checkout.
        source = Path(folder, "source")
        copied = ["CMakeLists.txt", *(f"python/{name}" for name in ("pyproject.toml", "setup.py", "README.md"))]
        copied += [f"python/parton/{path.name}" for path in (PROJECT / "parton").iterdir() if path.is_file()]
        for name in copied:
            target = source / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((PROJECT.parent / name).read_bytes())
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input"]
        subprocess.run([*pip, "wheel", "-q", "--no-build-isolation", "--no-index", "--no-deps", "-w", folder,
                        str(source / "python")], check=True, env=environment, cwd=folder)
        (wheel,) = Path(folder).glob("parton-*.whl")
        names = zipfile.ZipFile(wheel).namelist()
        place = Path(folder, "place")
        subprocess.run([*pip, "install", "-q", "--no-index", "--no-deps", "--target", str(place), str(wheel)],
                       check=True, env=environment, cwd=folder)
        program = PROGRAM.replace("PLACE", repr(str(place)))
        subprocess.run([sys.executable, "-c", program], check=True, env={**environment, "PYTHONPATH": str(place)},
                       cwd=folder)
    missing = {"parton/py.typed", "parton/_parton.pyi", "parton/pytest_plugin.py"} - set(names)
    print(f"missing: {missing}" if missing else "1 passed, 0 failed")
    sys.exit(bool(missing))


if __name__ == "__main__":
    main()
