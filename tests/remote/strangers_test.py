"""Other engines of the protocol, as npm brings them: the statements of the other tests give the same rows on them.

PARTON_STRANGERS names a folder with their packages; else they are installed into a folder of the build.
"""
import json, os, shutil, socket, subprocess, sys, tempfile, time

from remote_support import check, clean_environment, finish, shell
from statement_lists import READ_SETUP, READS, TRANSACTIONS, WRITE_SETUP, WRITES

PACKAGES = ['@dynoxide/linux-x64', '@extenddb/linux-x64', 'dynalite']
# An engine without TransactWriteItems: with SET bulk = each its statements are not atomic.
NO_TRANSACTIONS = ['dynalite']
HALF_DONE = "INSERT INTO items <<{'k': 'x', 'n': 1}, {'k': 'b', 'n': 1}>>"


def skip(why):
    print('skipped: ' + why)
    sys.exit(77)


def installed():
    folder = os.environ.get('PARTON_STRANGERS')
    if folder:
        return folder
    if shutil.which('npm') is None or shutil.which('node') is None:
        skip('there is no npm')
    folder = os.path.join(os.getcwd(), 'strangers')
    os.makedirs(folder, exist_ok=True)
    try:
        done = subprocess.run(['npm', 'install', '--no-audit', '--no-fund', '--prefix', folder, *PACKAGES],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=240)
    except subprocess.TimeoutExpired:
        skip('npm does not answer')
    if done.returncode != 0:
        skip('npm cannot install them: ' + done.stdout.decode()[-300:])
    return folder


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


class Engine:
    """One of them on a free port. Ends with the `with`."""

    def __init__(self, name, folder):
        self.name, self.port = name, free_port()
        self.url = 'http://127.0.0.1:%d' % self.port
        self.keys = dict(AWS_ACCESS_KEY_ID='any', AWS_SECRET_ACCESS_KEY='any', AWS_REGION='us-east-1')
        modules, more = os.path.join(folder, 'node_modules'), {}
        if name == 'dynoxide':
            command = [os.path.join(modules, '@dynoxide/linux-x64/dynoxide'), '--port', str(self.port)]
        elif name == 'extenddb':
            command = [os.path.join(modules, '@extenddb/linux-x64/extenddb'), 'serve', '--foreground']
            more = dict(EXTENDDB__SERVER__BIND_ADDR='127.0.0.1', EXTENDDB__SERVER__PORT=str(self.port))
            # The pair of AWS's documentation, which its developer mode takes.
            self.keys.update(AWS_ACCESS_KEY_ID='AKIAIOSFODNN7EXAMPLE',
                             AWS_SECRET_ACCESS_KEY='wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY')
        else:
            command = ['node', os.path.join(modules, 'dynalite/cli.js'), '--host', '127.0.0.1', '--port', str(self.port),
                       '--createTableMs', '0', '--deleteTableMs', '0', '--updateTableMs', '0']
        self.command, self.env = command, dict(clean_environment(), HOME=tempfile.gettempdir(), **more)

    def __enter__(self):
        self.folder, self.log = tempfile.TemporaryDirectory(), tempfile.TemporaryFile()
        if self.name == 'extenddb':
            self.env['EXTENDDB__STORAGE__SQLITE__PATH'] = os.path.join(self.folder.name, 'tables')
        self.process = subprocess.Popen(self.command, cwd=self.folder.name, env=self.env, stdout=self.log,
                                        stderr=subprocess.STDOUT)
        for _ in range(100):
            try:
                socket.create_connection(('127.0.0.1', self.port), 0.2).close()
                return self
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.1)
        self.log.seek(0)
        raise RuntimeError('%s does not serve: %s' % (self.name, self.log.read().decode()[-500:]))

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        self.folder.cleanup()

    def run(self, statements, timeout=300):
        # Without transactions items are written one by one.
        text = 'SET bulk = each;\n' if self.name in NO_TRANSACTIONS else ''
        text += ''.join(s.rstrip(';') + ';\n' for s in statements)
        return shell(self.url, text, '--keep-going', env=clean_environment(**self.keys), timeout=timeout)


def normal(line):
    """A row whose attributes have one order: engines give them in any."""
    try:
        return json.dumps(json.loads(line), sort_keys=True, ensure_ascii=False)
    except ValueError:
        return line


def parts(script, run):
    """The rows of each statement, sorted, and the errors of all."""
    marked = []
    for i, s in enumerate(script):
        marked += [s, "SELECT VALUE '--- %d' FROM [1] AS one" % i]
    status, out, err = run(marked)
    done, part = [], []
    for line in out.splitlines():
        if line.startswith('"--- '):
            done.append(sorted(part))
            part = []
        else:
            part.append(normal(line))
    return done, err


def differences(engine, script, setup):
    status, _, err = engine.run(setup)
    if status != 0:
        return [('the setup', '', err[-400:])]
    local, _ = parts(script, lambda s: shell(':memory:', ''.join(x.rstrip(';') + ';\n' for x in setup + s),
                                             '--keep-going', timeout=120))
    far, errors = parts(script, engine.run)
    if len(local) != len(far):
        return [('all', '%d statements' % len(local), '%d: %s' % (len(far), errors[-400:]))]
    return [(s, a, b) for s, a, b in zip(script, local, far) if a != b]


def refused(engine):
    """COMMIT of several items, which the engine cannot do as one."""
    _, out, err = engine.run(["BEGIN", "INSERT INTO items VALUE {'k': 'one', 'n': 1}",
                              "INSERT INTO items VALUE {'k': 'two', 'n': 1}", "COMMIT",
                              "SELECT VALUE COUNT(*) FROM items AS i WHERE i.n = 1 AND i.k IN ('one', 'two')"])
    check('Unsupported' in err and '[0]' in out.replace(' ', '') or out.strip().endswith('0'),
          '%s: a COMMIT that cannot be done as one: %s %s' % (engine.name, out, err))


def tables(engine):
    """Changes of tables."""
    status, _, err = engine.run(["CREATE TABLE extra (id NUMBER, PRIMARY KEY (id))", "CREATE INDEX by_x ON extra (x STRING)",
                                 "INSERT INTO extra VALUE {'id': 1, 'x': 'a'}", "DROP INDEX by_x ON extra",
                                 "ALTER TABLE extra SET STREAM (NEW IMAGE)", "ALTER TABLE extra SET (ttl = 'x')"])
    check(status == 0 or engine.name == 'dynalite', '%s: changes of tables: %s' % (engine.name, err))
    status, _, err = engine.run(["DROP TABLE extra"])
    check(status == 0, '%s: DROP TABLE: %s' % (engine.name, err))


def changes(engine):
    """changes('t') by the engine's stream."""
    status, out, err = engine.run([
        "CREATE TABLE fed (k STRING, PRIMARY KEY (k)) WITH (stream = 'both images')", "INSERT INTO fed VALUE {'k': 'a', 'n': 1}",
        "UPDATE fed SET n = 2 WHERE k = 'a'", "DELETE FROM fed WHERE k = 'a'",
        "SELECT c.eventName AS e, c.OldImage.n AS o, c.NewImage.n AS n FROM changes('fed') AS c", "DROP TABLE fed"])
    wanted = [{'e': 'INSERT', 'n': 1}, {'e': 'MODIFY', 'o': 1, 'n': 2}, {'e': 'REMOVE', 'o': 2}]
    got = [json.loads(line) for line in out.splitlines() if line.startswith('{')]
    check(got == wanted, '%s: changes: %s %s' % (engine.name, got, err))


def copies(engine):
    """A table pushed there, replaced, and pulled back."""
    with tempfile.TemporaryDirectory() as folder:
        local, back = os.path.join(folder, 'local'), os.path.join(folder, 'back')
        env = clean_environment(**engine.keys)
        make = ["CREATE TABLE bulk (k STRING, n NUMBER, PRIMARY KEY (k, n))",
                "INSERT INTO bulk SELECT VALUE {'k': 'k' || CAST(i % 5 AS STRING), 'n': i, 's': <<1, 2>>, 'x': NULL}"
                " FROM RANGE(1, 300) AS i"]
        copy = ["COPY bulk TO '%s/bulk' (CREATE_TABLE)" % engine.url, "COPY bulk TO '%s/bulk' (ON CONFLICT REPLACE)" % engine.url]
        for database, statements in ((local, make + copy), (back, ["COPY bulk FROM '%s/bulk' (CREATE_TABLE)" % engine.url])):
            status, _, err = shell(database, statements, env=env, timeout=120)
            check(status == 0, '%s: %s' % (engine.name, err))
        rows = [sorted(normal(line) for line in shell(d, ['SELECT * FROM bulk'])[1].splitlines()) for d in (local, back)]
        check(rows[0] == rows[1] and len(rows[0]) == 300, '%s: copied %d, came back %d' % (
            engine.name, len(rows[0]), len(rows[1])))
        engine.run(['DROP TABLE bulk'])


def main():
    folder = installed()
    for name in sys.argv[1:] or ('dynoxide', 'extenddb', 'dynalite'):
        try:
            engine = Engine(name, folder)
            engine.__enter__()
        except (OSError, RuntimeError) as e:
            print('skipped: %s' % e)
            continue
        try:
            atomic = name not in NO_TRANSACTIONS
            writes = [w for w in WRITES if atomic or w != HALF_DONE]
            for what, script, setup, drop in (
                    ('reads', READS, READ_SETUP, ['DROP TABLE songs', 'DROP TABLE artists']),
                    ('writes', writes, WRITE_SETUP, ['DROP TABLE items']),
                    ('transactions', TRANSACTIONS if atomic else [], WRITE_SETUP, ['DROP TABLE items'])):
                found = differences(engine, script, setup)
                if what == 'transactions' and not atomic:
                    refused(engine)
                engine.run(drop)
                print('%s: %s: %d statements, %d differences' % (name, what, len(script), len(found)))
                for statement, a, b in found:
                    check(False, '%s: %s\n  local  %s\n  remote %s' % (name, statement, a, b))
            tables(engine)
            copies(engine)
            if name != 'dynalite':
                changes(engine)
        finally:
            engine.__exit__()


main()
finish()
