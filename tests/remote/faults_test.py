"""A proxy between the shell and the engine that throttles, fails, cuts, stalls and damages.

No wrong answer, no acknowledged write that is lost or done twice, a bounded time, a clear error.
"""
import http.client, http.server, json, threading, time
from email.utils import formatdate

from remote_support import Server, check, check_equal, error, finish, rows, shell


class Proxy:
    """Passes requests on. `faults`: for the next requests of an operation (or any, '*'), what goes wrong, in order."""

    def __init__(self, server):
        self.server, self.faults, self.seen, self.lock = server, {}, [], threading.Lock()
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'
            wbufsize = 1 << 20

            def log_message(self, *_):
                pass

            def handle_one_request(self):
                try:
                    super().handle_one_request()
                except OSError:
                    self.close_connection = True

            def do_POST(self):
                proxy.handle(self)

        self.http = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.http.daemon_threads = True
        self.url = 'http://127.0.0.1:%d' % self.http.server_address[1]
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def fault(self, operation):
        with self.lock:
            self.seen.append(operation)
            for name in (operation, '*'):
                if self.faults.get(name):
                    return self.faults[name].pop(0)
        return None

    def forward(self, request, body):
        upstream = http.client.HTTPConnection(self.server.host, self.server.port, timeout=30)
        headers = {k: v for k, v in request.headers.items() if k.lower() != 'connection'}
        headers['Host'] = request.headers['Host']
        upstream.request('POST', request.path, body, headers)
        answer = upstream.getresponse()
        data = answer.read()
        kept = [(k, v) for k, v in answer.getheaders() if k.lower() not in ('connection', 'content-length', 'keep-alive')]
        upstream.close()
        return answer.status, kept, data

    def handle(self, request):
        body = request.rfile.read(int(request.headers.get('Content-Length', 0)))
        operation = request.headers.get('X-Amz-Target', '').split('.')[-1]
        fault = self.fault(operation)
        if fault == 'cut before':
            request.close_connection = True
            request.connection.close()
            return
        if fault == 'throttle':
            return self.refuse(request, 400, 'ProvisionedThroughputExceededException', 'too fast')
        if fault == 'fail before':
            return self.refuse(request, 500, 'InternalServerError', 'it broke')
        if fault == 'clock':
            return self.refuse(request, 400, 'InvalidSignatureException', 'Signature expired: 1 is now earlier than 2',
                               date=formatdate(time.time() + 3600, usegmt=True))
        if fault == 'denied':
            return self.refuse(request, 400, 'AccessDeniedException', 'not you')
        if fault == 'no json':
            return self.send(request, 503, [], b'<html>busy</html>')
        status, headers, data = self.forward(request, body)
        if fault == 'fail after':
            return self.refuse(request, 500, 'InternalServerError', 'it broke')
        if fault == 'cut after':
            request.close_connection = True
            request.connection.close()
            return
        if fault == 'cut within':
            request.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n' % len(data) + data[:len(data) // 2])
            request.wfile.flush()
            request.close_connection = True
            request.connection.close()
            return
        if fault == 'damage':
            data = data.replace(b'"', b"'", 1) if len(data) < 3 else data[:-2] + b'x' + data[-1:]
        if fault == 'slow':
            time.sleep(1)
        self.send(request, status, headers, data)

    def refuse(self, request, status, name, message, date=None):
        data = json.dumps({'__type': 'com.amazonaws.dynamodb.v20120810#' + name, 'message': message}).encode()
        self.send(request, status, [('Date', date)] if date else [], data)

    def send(self, request, status, headers, data):
        request.send_response_only(status)
        for name, value in headers:
            request.send_header(name, value)
        request.send_header('Content-Length', str(len(data)))
        request.end_headers()
        request.wfile.write(data)


with Server() as server:
    proxy = Proxy(server)
    url = proxy.url
    shell(url, ["CREATE TABLE tab (k STRING, PRIMARY KEY (k))",
                "INSERT INTO tab <<{'k': 'a', 'n': 0}, {'k': 'b', 'n': 0}>>"])
    check_equal(len(rows(server.url, "SELECT * FROM tab")), 2, 'the proxy passes on')

    # Reads are made again, whatever happened to them.
    for fault in ('cut before', 'cut after', 'cut within', 'damage', 'fail before', 'fail after', 'no json', 'slow'):
        proxy.faults = {'Scan': [fault]}
        check_equal(sorted(r['k'] for r in rows(url, "SELECT k FROM tab")), ['a', 'b'], 'Scan: ' + fault)
        proxy.faults = {'GetItem': [fault, fault]}
        check_equal(rows(url, "SELECT k FROM tab WHERE k = 'a'"), [{'k': 'a'}], 'GetItem, twice: ' + fault)
    proxy.faults = {'GetItem': ['clock']}
    check_equal(rows(url, "SELECT k FROM tab WHERE k = 'a'"), [{'k': 'a'}], 'a clock that is wrong')
    proxy.faults = {'GetItem': ['fail before'] * 9}
    start = time.time()
    check('it broke' in error(url, "SELECT k FROM tab WHERE k = 'a'"), 'an engine that is broken')
    check(time.time() - start < 20, 'it takes a bounded time')
    check_equal(len(proxy.faults['GetItem']), 5, 'four attempts are made')
    proxy.faults = {'GetItem': ['denied'] * 9}
    check('AccessDenied' in error(url, "SELECT k FROM tab WHERE k = 'a'"), 'access denied')
    check_equal(len(proxy.faults['GetItem']), 8, 'what is denied is not asked again')

    # A write that does the same twice is made again; others are not, and say that they may have been done.
    for fault in ('cut before', 'cut after', 'damage', 'fail before', 'fail after', 'throttle'):
        proxy.faults = {'PutItem': [fault]}
        status, _, err = shell(url, ["REPLACE INTO tab VALUE {'k': 'put', 'fault': '%s'}" % fault])
        check_equal((status, rows(server.url, "SELECT fault FROM tab WHERE k = 'put'")), (0, [{'fault': fault}]),
                    'REPLACE: %s %s' % (fault, err))
    acknowledged, unknown = 0, 0
    for fault in ('cut before', 'cut after', 'cut within', 'damage', 'fail before', 'fail after', 'throttle', None) * 2:
        proxy.faults = {'UpdateItem': [fault]}
        status, _, err = shell(url, ["UPDATE tab SET n = n + 1 WHERE k = 'a'"])
        acknowledged += status == 0
        if status != 0:
            check('outcome' in err and 'unknown' in err, 'UPDATE: %s: %s' % (fault, err))
            unknown += 1
    n = rows(server.url, "SELECT n FROM tab WHERE k = 'a'")[0]['n']
    check(acknowledged <= n <= acknowledged + unknown, '%d acknowledged, %d unknown, %d done' % (acknowledged, unknown, n))
    check_equal(acknowledged, 4, 'a refused write is made again, and one that is not is done')

    # A transaction has a token: it is done once, however often it is sent.
    for i, fault in enumerate(('cut before', 'cut after', 'damage', 'fail before', 'fail after'), 1):
        proxy.faults = {'TransactWriteItems': [fault]}
        status, _, err = shell(url, ["UPDATE tab SET n = n + 1 WHERE k IN ('a', 'b')"])
        check_equal((status, rows(server.url, "SELECT n FROM tab WHERE k = 'b'")), (0, [{'n': i}]),
                    'transaction: %s %s' % (fault, err))

    # Keys that were not processed, and a change in between.
    proxy.faults = {'GetItem': ['slow']}
    check_equal(rows(url, "SELECT k FROM tab WHERE k = 'b'"), [{'k': 'b'}], 'a slow answer')
    check_equal(server.process.poll(), None, 'the server lives')
finish()
