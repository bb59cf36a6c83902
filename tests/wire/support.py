"""What the tests of the endpoint share: a server on a free port, and a client that signs and nothing else."""
import datetime, hashlib, hmac, http.client, json, os, shutil, signal, subprocess, sys, tempfile, threading, zlib

PARTON = os.environ.get('PARTON') or sys.exit('PARTON is the program to test')


class Server:
    """`parton serve` on a free port. Ends with the `with`."""

    def __init__(self, *options, database=None):
        self.database, self.options, self.log = database, options, tempfile.TemporaryFile()

    def __enter__(self):
        self.start()
        return self

    def start(self):
        read, write = os.pipe()
        command = [PARTON, 'serve'] + ([self.database] if self.database else []) + ['--port', '0', '--ready-fd', str(write)]
        self.process = subprocess.Popen(command + list(self.options), pass_fds=[write], stdout=subprocess.PIPE,
                                        stderr=self.log)
        os.close(write)
        with os.fdopen(read) as ready:
            self.url = ready.readline().strip()
        if not self.url:
            self.process.wait(10)
            raise RuntimeError('it does not serve: ' + self.errors())
        self.host, port = self.url.split('://')[1].rsplit(':', 1)
        self.port = int(port)

    def errors(self):
        self.log.seek(0)
        return self.log.read().decode()

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        status = self.process.wait(30)
        self.process.stdout.close()
        return status

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()


class Client:
    """One keep-alive connection. Signs if it has a key."""

    def __init__(self, server, key=None, secret=None, region='us-east-1', context=None):
        self.key, self.secret, self.region = key, secret, region
        self.address = '%s:%d' % (server.host, server.port)
        if context:
            self.http = http.client.HTTPSConnection('localhost', server.port, timeout=30, context=context)
        else:
            self.http = http.client.HTTPConnection(server.host, server.port, timeout=30)

    def headers(self, operation, body, now=None):
        service = 'DynamoDBStreams_20120810.' if operation.startswith('Streams.') else 'DynamoDB_20120810.'
        now = (now or datetime.datetime.now(datetime.timezone.utc)).strftime('%Y%m%dT%H%M%SZ')
        h = {'content-type': 'application/x-amz-json-1.0', 'host': self.address, 'x-amz-date': now,
             'x-amz-target': service + operation.replace('Streams.', '')}
        if self.key:
            names = ';'.join(sorted(h))
            canonical = '\n'.join(['POST', '/', ''] + [n + ':' + h[n] for n in sorted(h)] +
                                  ['', names, hashlib.sha256(body).hexdigest()])
            scope = '%s/%s/dynamodb/aws4_request' % (now[:8], self.region)
            k = ('AWS4' + self.secret).encode()
            for part in scope.split('/'):
                k = hmac.new(k, part.encode(), hashlib.sha256).digest()
            text = '\n'.join(['AWS4-HMAC-SHA256', now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
            signature = hmac.new(k, text.encode(), hashlib.sha256).hexdigest()
            h['authorization'] = 'AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s' % (
                self.key, scope, names, signature)
        return h

    def raw(self, operation, body, headers=None, now=None):
        """-> status, headers, bytes"""
        self.http.request('POST', '/', body, {**self.headers(operation, body, now), **(headers or {})})
        answer = self.http.getresponse()
        return answer.status, answer.headers, answer.read()

    def call(self, operation, request, headers=None, now=None):
        """-> status, the answer or error as an object"""
        status, got, body = self.raw(operation, json.dumps(request).encode(), headers, now)
        assert int(got['x-amz-crc32']) == zlib.crc32(body), 'wrong CRC'
        return status, json.loads(body or b'{}')

    def error(self, operation, request, headers=None, now=None):
        """-> name of the exception, message"""
        status, body = self.call(operation, request, headers, now)
        if status == 200:
            return 'none', ''
        return body['__type'].split('#')[-1], body.get('message') or body.get('Message') or ''

    def must(self, operation, request):
        status, body = self.call(operation, request)
        assert status == 200, '%s: %s' % (operation, body)
        return body

    def close(self):
        self.http.close()


def make_table(client, name='things', **more):
    return client.must('CreateTable', {'TableName': name, 'BillingMode': 'PAY_PER_REQUEST',
                                       'AttributeDefinitions': [{'AttributeName': 'id', 'AttributeType': 'S'}],
                                       'KeySchema': [{'AttributeName': 'id', 'KeyType': 'HASH'}], **more})


class Folder:
    """A temporary directory."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix='parton-wire-')
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


def run_all(jobs):
    """Runs functions on threads, and tells what the first one of them said that failed."""
    failed = []

    def guarded(job):
        try:
            job()
        except BaseException as e:  # noqa: the test fails with it
            failed.append(e)

    threads = [threading.Thread(target=guarded, args=(job,)) for job in jobs]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if failed:
        raise failed[0]
