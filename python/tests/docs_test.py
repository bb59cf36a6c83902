"""The examples of docs/python.md, as one session, do what the page shows."""

import doctest
import os
import re
import sys
import tempfile
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "python.md"


def main():
    text = PAGE.read_text(encoding="utf-8")
    parser = doctest.DocTestParser()
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL)
    names = {"__name__": "docs"}
    try:
        import pandas  # noqa: F401
    except ImportError:
        text = re.sub(r"```python\n>>> [^`]*\.df\(\)[^`]*```", "", text)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for block in re.finditer(r"```python\n(>>> .*?)```", text, re.DOTALL):
            line = text.count("\n", 0, block.start()) + 1
            test = parser.get_doctest(block.group(1), names, PAGE.name, str(PAGE), line)
            runner.run(test, clear_globs=False)
            names.update(test.globs)
        names.clear()
        os.chdir("/")
    failed, tried = runner.summarize(verbose=False)
    print(f"{tried - failed} passed, {failed} failed")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
