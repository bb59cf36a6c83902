"""Builds the module by CMake, from the checkout that this folder is part of. Nothing is downloaded.

PARTON_BUILD_DIR: a build folder of the checkout to use, in place of one for this.
PARTON_MODULE: the module, built already; nothing is built then.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).resolve().parent.parent


def version() -> str:
    found = re.search(r"project\(parton VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())
    if found is None:
        raise SystemExit("CMakeLists.txt tells no version")
    return found.group(1)


class CMakeBuild(build_ext):
    def build_extension(self, extension: Extension) -> None:
        module = os.environ.get("PARTON_MODULE")
        built = Path(module) if module else self.build_module()
        target = Path(self.get_ext_fullpath(extension.name))
        target.parent.mkdir(parents=True, exist_ok=True)
        self.copy_file(str(built), str(target))

    def build_module(self) -> Path:
        given = os.environ.get("PARTON_BUILD_DIR")
        folder = Path(given).resolve() if given else ROOT / "build" / "wheel"
        if not (folder / "CMakeCache.txt").exists():
            command = ["cmake", "-S", str(ROOT), "-B", str(folder), "-DCMAKE_BUILD_TYPE=Release"]
            command += ["-DPARTON_TESTS=OFF", "-DPARTON_BENCH=OFF", "-DPARTON_NODE=OFF"]
            command += [f"-DPYTHON_EXECUTABLE={sys.executable}"]
            if subprocess.run(["ninja", "--version"], capture_output=True).returncode == 0:
                command += ["-G", "Ninja"]
            subprocess.run(command, check=True)
        subprocess.run(["cmake", "--build", str(folder), "--target", "parton_python", "--parallel"], check=True)
        built = sorted((folder / "python" / "parton").glob("_parton*.so"))
        if not built:
            raise SystemExit("no module was built: is pybind11 there (Debian: pybind11-dev)?")
        return built[0]


setup(version=version(), ext_modules=[Extension("parton._parton", sources=[])], cmdclass={"build_ext": CMakeBuild})
