#!/usr/bin/env python3
"""The endpoint below its operations: HTTP, codings, limits, ends."""
import gzip, json, os, re, signal, socket, subprocess, threading, time, unittest, zlib
from support import PARTON, Client, Folder, Server, make_table

REQUEST = (b'POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\n'
           b'Content-Type: application/x-amz-json-1.0\r\n')


class Raw:
    """A socket."""

    def __init__(self, server):
        self.s = socket.create_connection((server.host, server.port), timeout=20)
        self.file = self.s.makefile('rb')

    def send(self, data):
        self.s.sendall(data)
        return self

    def answer(self):
        """-> status, headers, body; None when the server has closed."""
        line = self.file.readline()
        if not line:
            return None
        headers = {}
        for h in iter(self.file.readline, b'\r\n'):
            name, _, value = h.decode().partition(':')
            headers[name.lower()] = value.strip()
        return int(line.split()[1]), headers, self.file.read(int(headers.get('content-length', 0)))

    def closed(self):
        return self.file.read(1) == b''

    def close(self):
        self.file.close()
        self.s.close()


class Framing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        assert cls.server.stop() == 0, cls.server.errors()

    def ask(self, data):
        raw = Raw(self.server)
        self.addCleanup(raw.close)
        return raw.send(data)

    def test_health(self):
        for path in (b'/', b'/health'):
            status, headers, body = self.ask(b'GET ' + path + b' HTTP/1.1\r\nHost: localhost:1\r\n\r\n').answer()
            self.assertEqual((status, body), (200, b'healthy: localhost:1'))
        self.assertEqual(self.ask(b'GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n').answer()[0], 200)
        self.assertEqual(self.ask(b'GET /other HTTP/1.1\r\nHost: localhost\r\n\r\n').answer()[0], 404)
        self.assertEqual(self.ask(b'PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n').answer()[0], 404)
        self.assertEqual(subprocess.run([PARTON, 'healthcheck', self.server.url]).returncode, 0)
        self.assertEqual(subprocess.run([PARTON, 'healthcheck', 'http://127.0.0.1:1'], stderr=subprocess.DEVNULL).returncode, 1)

    def test_headers_of_answers(self):
        status, headers, body = self.ask(REQUEST + b'Content-Length: 2\r\n\r\n{}').answer()
        self.assertEqual(status, 200, body)
        self.assertEqual(headers['content-type'], 'application/x-amz-json-1.0')
        self.assertTrue(re.fullmatch('[A-Z0-9]{52}', headers['x-amzn-requestid']))
        self.assertEqual(int(headers['x-amz-crc32']), zlib.crc32(body))
        self.assertNotIn('server', headers)
        self.assertNotIn('access-control-allow-origin', headers)

    def test_unknown_operations(self):
        for target in (b'DynamoDB_20120810.Nothing', b'DynamoDB_20111205.GetItem', b'DynamoDBStreams_20120810.GetItem', b''):
            line = b'X-Amz-Target: ' + target + b'\r\n' if target else b''
            status, _, body = self.ask(b'POST / HTTP/1.1\r\nHost: localhost\r\n' + line + b'Content-Length: 2\r\n\r\n{}').answer()
            self.assertEqual((status, body),
                             (400, b'{"__type":"com.amazon.coral.service#UnknownOperationException"}'), target)

    def test_json_that_is_none(self):
        for body in (b'', b'{', b'[]', b'{"a":\xff}', b'[' * 100000, b'{"TableName":' * 3000):
            status, _, answer = self.ask(REQUEST + b'Content-Length: %d\r\n\r\n' % len(body) + body).answer()
            self.assertEqual((status, json.loads(answer)['__type']),
                             (400, 'com.amazon.coral.service#SerializationException'))

    def test_pipelining(self):
        raw = self.ask((REQUEST + b'Content-Length: 2\r\n\r\n{}') * 5)
        for _ in range(5):
            self.assertEqual(raw.answer()[0], 200)

    def test_keep_alive(self):
        raw = self.ask(b'')
        for _ in range(50):
            self.assertEqual(raw.send(REQUEST + b'Content-Length: 2\r\n\r\n{}').answer()[0], 200)
        raw.send(REQUEST + b'Connection: close\r\nContent-Length: 2\r\n\r\n{}')
        self.assertEqual(raw.answer()[0], 200)
        self.assertTrue(raw.closed())

    def test_chunked(self):
        raw = self.ask(REQUEST + b'Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1;x=y\r\n}\r\n0\r\n\r\n')
        self.assertEqual(raw.answer()[0], 200)
        self.assertEqual(raw.send(REQUEST + b'Content-Length: 2\r\n\r\n{}').answer()[0], 200)

    def test_expect(self):
        raw = self.ask(REQUEST + b'Expect: 100-continue\r\nContent-Length: 2\r\n\r\n')
        self.assertEqual(raw.answer()[0], 100)
        self.assertEqual(raw.send(b'{}').answer()[0], 200)

    def refused(self, data, status=400):
        raw = self.ask(data)
        answer = raw.answer()
        self.assertIsNotNone(answer, data[:200])
        self.assertEqual(answer[0], status, data[:200])
        raw.s.shutdown(socket.SHUT_WR)
        self.assertTrue(raw.closed())

    def test_smuggling(self):
        self.refused(REQUEST + b'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}')
        self.refused(REQUEST + b'Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}')
        self.refused(REQUEST + b'Transfer-Encoding: gzip\r\n\r\n{}')
        self.refused(REQUEST + b'Host: other\r\nContent-Length: 2\r\n\r\n{}')
        self.refused(b'POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}')
        self.refused(b'POST / HTTP/1.1\nHost: localhost\n\n')
        for length in (5000, 50000, 100000):
            self.refused(REQUEST + b'Transfer-Encoding: chunked\r\n\r\n1;' + b'x' * length + b'\r\n{\r\n')
        self.refused(b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' * 20 + b'\r\n\r\n')

    def test_long_headers(self):
        self.refused(REQUEST + b'X: ' + b'x' * 20000 + b'\r\n\r\n')
        self.refused(b'POST /' + b'x' * 20000 + b' HTTP/1.1\r\n\r\n')

    def test_too_long_is_read_by_the_client(self):
        for head in (b'Content-Length: 17000000\r\n\r\n', b'Transfer-Encoding: chunked\r\n\r\n1036640\r\n'):
            raw = self.ask(REQUEST + head)
            sent, block = 0, b'x' * 65536
            try:
                while sent < 17000000:
                    raw.s.sendall(block)
                    sent += len(block)
            except OSError:
                self.fail('the connection broke after %d bytes, before the answer could be read' % sent)
            self.assertEqual(raw.answer()[0], 413)

    def test_a_gigabyte_declared(self):
        status, _, _ = self.ask(REQUEST + b'Content-Length: 1073741824\r\n\r\n').answer()
        self.assertEqual(status, 413)

    def test_hosts(self):
        request = b'POST / HTTP/1.1\r\nHost: %s\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\nContent-Length: 2\r\n\r\n{}'
        for host in (b'localhost', b'LOCALHOST:80', b'127.0.0.1:8000', b'[::1]', b'[::1]:8000'):
            self.assertEqual(self.ask(request % host).answer()[0], 200, host)
        for host in (b'evil.example', b'localhost.evil.example:8000', b''):
            self.assertIn(self.ask(request % host).answer()[0], (400, 403), host)

    def test_no_answers_for_browsers(self):
        status, headers, _ = self.ask(b'OPTIONS / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n\r\n').answer()
        self.assertEqual(status, 404)
        self.assertFalse([h for h in headers if h.startswith('access-control')])

    def test_garbage(self):
        for garbage in (b'\x00' * 5000, b'\r\n\r\n\r\n\r\n', b'GET', b'\xff' * 100 + b'\r\n\r\n', b'POST / HTTP/9.9\r\n\r\n'):
            raw = self.ask(garbage)
            raw.s.shutdown(socket.SHUT_WR)
            raw.file.read()
        self.assertEqual(self.ask(REQUEST + b'Content-Length: 2\r\n\r\n{}').answer()[0], 200)

    def test_many_connections(self):
        idle = [Raw(self.server) for _ in range(300)]
        for _ in range(1000):
            Raw(self.server).close()
        half = [Raw(self.server).send(REQUEST[:40]) for _ in range(100)]
        self.assertEqual(self.ask(REQUEST + b'Content-Length: 2\r\n\r\n{}').answer()[0], 200)
        for raw in idle + half:
            raw.close()


class Codings(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.server.start()
        cls.client = Client(cls.server)
        for i in range(100):
            make_table(cls.client, 'table_with_a_rather_long_name_that_fills_four_kilobytes_%03d' % i)

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        cls.server.stop()

    def names(self, accept):
        status, headers, body = self.client.raw('ListTables', b'{}', {'Accept-Encoding': accept})
        self.assertEqual(status, 200)
        self.assertEqual(int(headers['x-amz-crc32']), zlib.crc32(body), 'the CRC is that of the bytes sent')
        coding = headers.get('content-encoding', 'identity')
        if coding == 'gzip':
            body = gzip.decompress(body)
        if coding == 'deflate':
            body = zlib.decompress(body)
        self.assertTrue(json.loads(body)['TableNames'])
        return coding

    def test_answers(self):
        self.assertEqual(self.names('identity'), 'identity')
        self.assertEqual(self.names('gzip'), 'gzip')
        self.assertEqual(self.names('deflate, gzip'), 'deflate')
        self.assertEqual(self.names('br, gzip;q=0.5'), 'gzip')
        status, headers, _ = self.client.raw('ListTables', b'{"Limit":1}', {'Accept-Encoding': 'gzip'})
        self.assertNotIn('content-encoding', headers, 'small answers are sent as they are')

    def test_requests(self):
        body = b'{"Limit":3}'
        for coding, packed in (('gzip', gzip.compress(body)), ('deflate', zlib.compress(body)),
                               ('gzip', gzip.compress(body[:5]) + gzip.compress(body[5:]))):
            status, _, answer = self.client.raw('ListTables', packed, {'Content-Encoding': coding})
            self.assertEqual((status, len(json.loads(answer)['TableNames'])), (200, 3))

    def test_broken_requests(self):
        for coding, packed in (('gzip', b'no gzip'), ('gzip', gzip.compress(b'{"Limit":3}')[:-9]), ('br', b'{}')):
            self.assertEqual(self.client.raw('ListTables', packed, {'Content-Encoding': coding})[0], 500)
        bomb = gzip.compress(b' ' * (17 << 20))
        self.assertEqual(self.client.raw('ListTables', bomb, {'Content-Encoding': 'gzip'})[0], 413)


class Life(unittest.TestCase):
    def test_a_second_process_is_told_who_serves(self):
        with Folder() as folder:
            database = os.path.join(folder, 'db')
            with Server(database=database) as server:
                second = subprocess.run([PARTON, database, '-c', 'SHOW TABLES'], capture_output=True, text=True)
                self.assertEqual(second.returncode, 3)
                self.assertIn('process %d serves it at %s' % (server.process.pid, server.url), second.stderr)
                server.stop(signal.SIGKILL)
                self.assertTrue(os.path.exists(os.path.join(database, 'SERVE')))
                after = subprocess.run([PARTON, database, '-c', 'SELECT VALUE 1'], capture_output=True, text=True)
                self.assertEqual(after.returncode, 0, after.stderr)
            with Server(database=database) as server:
                self.assertEqual(server.stop(), 0)
            self.assertFalse(os.path.exists(os.path.join(database, 'SERVE')))

    def test_what_was_written_is_there_after_a_restart(self):
        with Folder() as folder:
            database = os.path.join(folder, 'db')
            with Server(database=database) as server:
                client = Client(server)
                make_table(client)
                client.must('PutItem', {'TableName': 'things', 'Item': {'id': {'S': 'a'}}})
                self.assertEqual(server.stop(), 0)
            with Server(database=database) as server:
                got = Client(server).must('GetItem', {'TableName': 'things', 'Key': {'id': {'S': 'a'}}})
                self.assertEqual(got['Item'], {'id': {'S': 'a'}})

    def test_the_line_with_the_url(self):
        with Server() as server:
            line = server.process.stdout.readline().decode()
            self.assertEqual(line, 'Parton serves :memory: at %s\n' % server.url)

    def test_metrics_and_access_log(self):
        with Folder() as folder:
            log = os.path.join(folder, 'log')
            port = socket.create_server(('127.0.0.1', 0))
            number = port.getsockname()[1]
            port.close()
            with Server('--metrics-port', str(number), '--access-log', log) as server:
                client = Client(server)
                client.must('ListTables', {})
                client.error('GetItem', {})
                s = socket.create_connection(('127.0.0.1', number))
                s.sendall(b'GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
                text = s.makefile().read()
                s.close()
                self.assertIn('parton_requests_total{operation="ListTables",outcome="ok"} 1', text)
                self.assertIn('parton_requests_total{operation="GetItem",outcome="user_error"} 1', text)
                self.assertIn('parton_request_seconds_bucket{operation="ListTables",le="+Inf"} 1', text)
                self.assertEqual(server.stop(), 0)
            lines = open(log).read().splitlines()
            self.assertEqual(len(lines), 2)
            self.assertIn(' 127.0.0.1 - GetItem 400 ValidationException ', lines[1])

    def test_usage(self):
        def run(*arguments):
            p = subprocess.run([PARTON, 'serve'] + list(arguments), capture_output=True, text=True, timeout=20)
            return p.returncode, p.stdout + p.stderr
        self.assertEqual(run('--help')[0], 0)
        self.assertIn('--credentials', run('--help')[1])
        for wrong in (['--what'], ['--port'], ['--port', 'x'], ['--port', '70000'], ['a', 'b'], ['--no-auth=1'],
                      ['--host', '0.0.0.0', '--port', '0'], ['--tls-cert', 'x']):
            self.assertEqual(run(*wrong)[0], 2, wrong)
        self.assertEqual(run('/nowhere/at/all', '--port', '0')[0], 3)
        self.assertEqual(run('--credentials', '/nowhere', '--port', '0')[0], 3)
        taken = socket.create_server(('127.0.0.1', 0))
        self.assertEqual(run('--port', str(taken.getsockname()[1]))[0], 1)
        taken.close()

    def test_sigterm_finishes_what_runs(self):
        with Server() as server:
            client = Client(server)
            make_table(client)
            done, stopped = [], threading.Event()

            def put():
                mine = Client(server)
                for i in range(100000):
                    try:
                        status, _ = mine.call('PutItem', {'TableName': 'things', 'Item': {'id': {'S': str(i)}}})
                        done.append(status)
                    except (OSError, Exception):
                        break
                stopped.set()
            thread = threading.Thread(target=put)
            thread.start()
            time.sleep(0.3)
            self.assertEqual(server.stop(), 0)
            self.assertTrue(stopped.wait(10))
            thread.join()
            self.assertTrue(done and all(s == 200 for s in done), set(done))


if __name__ == '__main__':
    unittest.main(verbosity=1)
