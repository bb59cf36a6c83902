"""SET max_read_units and SET price; engines that stall, while one waits and while one gives up."""
import os, signal, socket, subprocess, threading, time

from remote_support import PARTON, Server, check, check_equal, clean_environment, error, finish, rows, shell


class Stalled:
    """Passes the first requests on to an engine; then it takes connections and answers nothing."""

    def __init__(self, server, answered):
        self.server, self.left = server, answered
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.url = 'http://127.0.0.1:%d' % self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        self.kept = []
        while True:
            connection, _ = self.listener.accept()
            self.kept.append(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        upstream = socket.create_connection((self.server.host, self.server.port)) if self.server else None
        while True:
            try:
                data = b''
                while b'\r\n\r\n' not in data:
                    more = connection.recv(65536)
                    if not more:
                        return
                    data += more
                head, body = data.split(b'\r\n\r\n', 1)
                length = int([l for l in head.split(b'\r\n') if l.lower().startswith(b'content-length')][0].split(b':')[1])
                while len(body) < length:
                    body += connection.recv(65536)
                if self.left <= 0:
                    time.sleep(120)
                    return
                self.left -= 1
                upstream.sendall(head + b'\r\n\r\n' + body)
                connection.sendall(upstream.recv(1 << 20))
            except OSError:
                return


with Server() as server:
    url = server.url
    shell(url, ["CREATE TABLE big (k STRING, n NUMBER, PRIMARY KEY (k, n))"])
    shell(url, ["INSERT INTO big SELECT VALUE {'k': 'k' || CAST(i %% 3 AS STRING), 'n': i, 'text': '%s'}"
                " FROM RANGE(%d, %d) AS i" % ('x' * 9000, first, first + 99) for first in range(0, 200, 100)])

    # 1.8 MB are some 220 units.
    check_equal(rows(url, "SELECT COUNT(*) AS n FROM big", '--set', 'max_read_units=400'), [{'n': 200}], 'enough')
    text = error(url, "SELECT COUNT(*) AS n FROM big", '--set', 'max_read_units=100')
    check('read units' in text and 'max_read_units' in text, 'a scan that reads more: ' + text)
    text = error(url, "SELECT n FROM big WHERE k = 'k1'", '--set', 'max_read_units=20')
    check('consumed' in text, 'a query that reads more: ' + text)
    text = error(url, "UPDATE big SET one = 1 WHERE k = 'k1'", '--set', 'max_read_units=20')
    check('consumed' in text, 'what a write reads counts: ' + text)
    check_equal(rows(url, "SELECT COUNT(*) AS n FROM big WHERE one = 1"), [{'n': 0}], 'and nothing was written')
    check_equal(rows(url, "SELECT n FROM big WHERE k = 'k1' AND n = 1", '--set', 'max_read_units=2'), [{'n': 1}], 'an item')
    status, out, err = shell(url, ["SET max_read_units = 60", "SELECT n FROM big WHERE k = 'k1' AND n < 20",
                                   "SELECT n FROM big WHERE k = 'k1' AND n < 20", "SELECT n FROM big WHERE k = 'k1'"])
    check(status != 0 and len(out.splitlines()) >= 14, 'each statement has a budget of its own: ' + err)
    status, out, err = shell(url, ["SET price = {'read': 1000000}", "EXPLAIN SELECT * FROM big"])
    check('price' in out and 'read units' in out, 'the price in EXPLAIN: ' + out + err)
    status, out, err = shell(url, ["SET price = {'read': 1000000}", "EXPLAIN ANALYZE SELECT n FROM big WHERE k = 'k1'"])
    check('price' in out, 'the price in EXPLAIN ANALYZE: ' + out + err)
    check('price' in error(url, "SET price = {'reads': 1}"), 'a wrong price')

    # An engine that never answers.
    start = time.time()
    text = error(Stalled(None, 0).url, "SELECT 1", timeout=60)
    took = time.time() - start
    check(took < 18 and 'no answer in time' in text, 'opening what stalls took %.1f s: %s' % (took, text))

    # Ctrl-C while an engine does not answer.
    stalled = Stalled(server, 3)
    process = subprocess.Popen([PARTON, stalled.url, '--mode', 'jsonl'], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=clean_environment())
    process.stdin.write(b"SELECT 'ready' AS r FROM [1] AS x;\nSELECT * FROM big WHERE k = 'k1';\nSELECT n FROM big WHERE k = 'k2';\n")
    process.stdin.flush()
    time.sleep(4)
    process.send_signal(signal.SIGINT)
    start = time.time()
    try:
        _, err = process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        _, err = process.communicate()
    took = time.time() - start
    check('ancel' in err.decode() or 'nterrupt' in err.decode(), 'it says so: ' + err.decode())
    check(took < 1.5, 'Ctrl-C on a stalled connection took %.1f s: %s' % (took, err.decode()))
finish()
