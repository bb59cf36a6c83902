"""What the tests of remote databases share: statements run by the shell on a local and on a remote database."""
import json, os, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'wire'))
from support import PARTON, Client, Server  # noqa: E402,F401

failures = 0


def check(good, what):
    global failures
    if not good:
        failures += 1
        print('FAILED: ' + what)
    return good


def check_equal(got, wanted, what):
    return check(got == wanted, '%s\n  got    %r\n  wanted %r' % (what, got, wanted))


def finish():
    print('%s' % ('passed' if failures == 0 else '%d checks failed' % failures))
    sys.exit(1 if failures else 0)


def clean_environment(**more):
    """Without the keys and settings of whoever runs the test."""
    env = {k: v for k, v in os.environ.items() if not k.startswith('AWS_') and 'proxy' not in k.lower()}
    env.update(HOME='/nonexistent', AWS_EC2_METADATA_DISABLED='true')
    env.update(more)
    return env


def shell(database, statements, *options, env=None, timeout=60):
    """The shell's exit status, standard output and standard error."""
    if not isinstance(statements, str):
        statements = ''.join(s.rstrip(';') + ';\n' for s in statements)
    done = subprocess.run([PARTON, database, '--mode', 'jsonl', *options], input=statements.encode(),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout,
                          env=env or clean_environment())
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def rows(database, statement, *options, env=None):
    status, out, err = shell(database, [statement], *options, env=env)
    check(status == 0, '%s: %s' % (statement, err.strip()))
    return [json.loads(line) for line in out.splitlines() if line.startswith(('{', '['))]


def error(database, statement, *options, env=None, timeout=60):
    """The error of a statement that must fail."""
    status, out, err = shell(database, [statement], *options, env=env, timeout=timeout)
    check(status != 0, '%s should fail: %s' % (statement, out))
    return err


def compare(script, remote, setup=(), ordered=False):
    """Runs the statements on both; each gives the same rows, whatever their order, or an error on both.

    Returns how many of them failed, on both alike.
    """
    text = ''.join('%s;\nSELECT VALUE \'--- %d\' FROM [1] AS one;\n' % (s.rstrip(';'), i) for i, s in enumerate(script))
    before = ''.join(s.rstrip(';') + ';\n' for s in setup)
    results = []
    for database in (':memory:', remote):
        status, out, err = shell(database, before, timeout=120) if before else (0, '', '')
        check(status == 0, 'the setup fails: ' + err)
        # In memory the setup belongs to the run itself.
        own = before if database == ':memory:' else ''
        _, out, err = shell(database, own + text, '--keep-going', timeout=300)
        parts, part = [], []
        for line in out.splitlines():
            if line.startswith('"--- '):
                parts.append(part if ordered else sorted(part))
                part = []
            else:
                part.append(line)
        results.append((parts, err))
    (local, local_errors), (far, far_errors) = results
    if not check(len(local) == len(script) and len(far) == len(script),
                 'not all statements were run: %d local, %d remote of %d\n%s\n%s' % (
                     len(local), len(far), len(script), local_errors[-500:], far_errors[-500:])):
        return 0
    for statement, a, b in zip(script, local, far):
        check_equal(b, a, statement)
    count = [len([l for l in errors.splitlines() if 'Exception' in l or 'rror' in l]) for errors in
             (local_errors, far_errors)]
    check(count[0] == count[1], 'errors: %d local, %d remote\n--- local\n%s--- remote\n%s' % (
        count[0], count[1], local_errors, far_errors))
    return count[0]
