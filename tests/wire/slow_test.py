#!/usr/bin/env python3
"""Clients that are slow, many, or mean harm: they are answered or closed, memory stays bounded, and others are served."""
import socket, time, unittest
from support import Client, Server, make_table, run_all

HEAD = (b'POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\n'
        b'Content-Type: application/x-amz-json-1.0\r\n')


class Slow(unittest.TestCase):
    def setUp(self):
        server = Server()
        self.server = server.__enter__()
        self.addCleanup(server.__exit__)
        self.sockets = []
        self.addCleanup(lambda: [s.close() for s in self.sockets])

    def open(self, data=b''):
        s = socket.create_connection((self.server.host, self.server.port), timeout=30)
        self.sockets.append(s)
        s.sendall(data)
        return s

    def memory(self):
        """in MB"""
        for line in open('/proc/%d/status' % self.server.process.pid):
            if line.startswith('VmRSS'):
                return int(line.split()[1]) / 1024

    def serves(self):
        client = Client(self.server)
        start = time.time()
        client.must('ListTables', {})
        client.close()
        self.assertLess(time.time() - start, 5)

    def closed_within(self, sockets, seconds):
        end = time.time() + seconds
        for s in sockets:
            s.settimeout(max(0.1, end - time.time()))
            try:
                while s.recv(65536):
                    pass
            except ConnectionError:
                pass

    def test_connections_of_one_address(self):
        with Server('--max-connections-per-address', '3') as server:
            def opened():
                s = socket.create_connection((server.host, server.port), timeout=10)
                self.sockets.append(s)
                return s

            def alive(s):
                try:
                    s.sendall(b'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n')
                    return s.recv(4096).startswith(b'HTTP/1.1 200')
                except OSError:
                    return False
            first = [opened() for _ in range(3)]
            self.assertTrue(all(alive(s) for s in first))
            self.assertFalse(alive(opened()), 'one too many')
            first[0].close()
            end = time.time() + 10
            while not alive(opened()):  # until the server has seen that it is closed
                self.assertLess(time.time(), end)
                time.sleep(0.05)

    def test_headers_that_do_not_end(self):
        half = [self.open(HEAD[:50]) for _ in range(100)]
        self.serves()
        stop = time.time() + 11
        while time.time() < stop:
            for s in half[:10]:
                try:
                    s.sendall(b'x')  # a byte now and then does not help
                except OSError:
                    pass
            time.sleep(0.5)
        self.closed_within(half, 4)
        self.serves()

    def test_bodies_that_do_not_come(self):
        half = [self.open(HEAD + b'Content-Length: 100\r\n\r\n{') for _ in range(100)]
        self.serves()
        self.closed_within(half, 15)

    def test_answers_that_nobody_reads(self):
        client = Client(self.server)
        make_table(client)
        client.must('PutItem', {'TableName': 'things', 'Item': {'id': {'S': 'a'}, 'x': {'S': 'x' * 390000}}})
        body = b'{"TableName":"things","Key":{"id":{"S":"a"}}}'
        request = HEAD.replace(b'ListTables', b'GetItem') + b'Content-Length: %d\r\n\r\n' % len(body) + body
        for _ in range(50):
            self.open(request * 20)
        self.serves()
        self.assertLess(self.memory(), 300)

    def test_bodies_of_a_gigabyte(self):
        for _ in range(200):
            self.open(HEAD + b'Content-Length: 1073741824\r\n\r\n' + b'x' * 1000)
        self.serves()
        self.assertLess(self.memory(), 200)

    def test_memory_for_bodies_is_bounded(self):
        # More than is promised to all: some are told to come again, and what runs is answered.
        many = [self.open(HEAD + b'Content-Length: 16000000\r\n\r\n{"a":"') for _ in range(60)]
        self.serves()
        self.assertLess(self.memory(), 700)
        del many

    def test_deep_json(self):
        for body in (b'[' * 1000000, b'{"a":' * 1000000, b'{"TableName":"things","Item":' + b'{"a":{"L":[' * 300000):
            s = self.open(HEAD.replace(b'ListTables', b'PutItem') + b'Content-Length: %d\r\n\r\n' % len(body) + body)
            self.assertIn(b'SerializationException', s.recv(65536))
        self.assertLess(self.memory(), 300)

    def test_connections_beyond_the_limit(self):
        many = [self.open() for _ in range(1500)]
        time.sleep(0.5)
        for s in many:
            s.close()
        time.sleep(0.5)
        self.serves()

    def test_ten_thousand_connects(self):
        def connect():
            for _ in range(1250):
                s = socket.create_connection((self.server.host, self.server.port), timeout=30)
                s.close()
        run_all([connect] * 8)
        self.serves()
        self.assertLess(self.memory(), 200)


if __name__ == '__main__':
    unittest.main(verbosity=1)
