#!/usr/bin/env python3
"""check_cases.py FOLDER KNOWN: runs FOLDER/run.py against a server of our own, and compares what fails with the list
KNOWN (a line is `file > test | reason`). Anything else that fails, or a known failure that passes, is a failure here."""
import json, os, subprocess, sys, tempfile
from support import Server


def main():
    folder, known_file = sys.argv[1], sys.argv[2]
    if not os.path.exists(os.path.join(folder, 'run.py')):
        print('skipped: no cases at ' + folder)
        return 77
    known = {}
    for line in open(known_file, encoding='utf-8'):
        if line.strip() and not line.startswith('#'):
            name, _, reason = line.partition(' | ')
            known[name.strip()] = reason.strip()
    with Server() as server, tempfile.NamedTemporaryFile(suffix='.json') as out:
        run = subprocess.run([sys.executable, os.path.join(folder, 'run.py'), server.url, '--json', out.name] + sys.argv[3:],
                             capture_output=True, text=True)
        verdicts = json.load(open(out.name)) if run.returncode in (0, 1) else sys.exit(run.stdout + run.stderr)
        server.stop()
    new = [n for n, why in verdicts.items() if why and n not in known]
    mended = [n for n, why in verdicts.items() if not why and n in known]
    for name in new:
        print('FAIL %s\n     %s' % (name, verdicts[name]))
    for name in mended:
        print('passes now, take it off the list: ' + name)
    failed = len(new) + len(mended)
    print('%d of %d cases pass, %d failures are known' % (sum(not w for w in verdicts.values()), len(verdicts),
                                                        sum(bool(w) and n in known for n, w in verdicts.items())))
    print('%d passed, %d failed' % (len(verdicts) - failed, failed))
    return 1 if failed else 0


sys.exit(main())
