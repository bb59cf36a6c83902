#!/usr/bin/env python3
"""Who may come in: signatures, keys with limits, TLS, pages of other origins."""
import datetime, os, shutil, signal, ssl, subprocess, time, unittest
from support import Client, Folder, Server, make_table

KEYS = """[admin]
aws_access_key_id = ADMIN
aws_secret_access_key = adminsecret
[reader]
aws_access_key_id = READER
aws_secret_access_key = readersecret
read_only = true
[orders]
aws_access_key_id = ORDERS
aws_secret_access_key = orderssecret
tables = orders, log_*
"""


class Access(unittest.TestCase):
    def setUp(self):
        folder = Folder()
        self.folder = folder.__enter__()
        self.addCleanup(folder.__exit__)
        self.file = os.path.join(self.folder, 'keys')
        self.write(KEYS)
        server = Server('--credentials', self.file)
        self.server = server.__enter__()
        self.addCleanup(server.__exit__)

    def write(self, text):
        with open(self.file, 'w') as f:
            f.write(text)
        os.chmod(self.file, 0o600)

    def client(self, key=None, secret=None, **more):
        client = Client(self.server, key, secret, **more)
        self.addCleanup(client.close)
        return client

    def test_signatures(self):
        self.assertEqual(self.client('ADMIN', 'adminsecret').call('ListTables', {})[0], 200)
        self.assertEqual(self.client('ADMIN', 'adminsecret', region='eu-west-3').call('ListTables', {})[0], 200)
        self.assertEqual(self.client().error('ListTables', {})[0], 'MissingAuthenticationTokenException')
        self.assertEqual(self.client('NOBODY', 'x').error('ListTables', {})[0], 'UnrecognizedClientException')
        self.assertEqual(self.client('ADMIN', 'wrong').error('ListTables', {})[0], 'InvalidSignatureException')
        now = datetime.datetime.now(datetime.timezone.utc)
        for minutes, text in ((-16, 'Signature expired'), (16, 'Signature not yet current')):
            error = self.client('ADMIN', 'adminsecret').error('ListTables', {}, now=now + datetime.timedelta(minutes=minutes))
            self.assertEqual(error[0], 'InvalidSignatureException')
            self.assertIn(text, error[1])

    def test_files_of_the_machine(self):
        admin, extended = self.client('ADMIN', 'adminsecret'), {'X-Parton-Dialect': 'extended'}
        for statement in ("SELECT * FROM csv('/etc/passwd') AS line", "BACKUP TO '%s/copy'" % self.folder,
                          "COPY (SELECT 1 AS a) TO '%s/out.csv'" % self.folder):
            status, answer = admin.call('ExecuteStatement', {'Statement': statement}, headers=extended)[:2]
            self.assertGreaterEqual(status, 400, answer)
        self.assertEqual(os.listdir(self.folder), ['keys'])
        reader = self.client('READER', 'readersecret')
        make_table(admin, 'kept')
        for statement in ('DROP TABLE kept', "INSERT INTO kept VALUE {'id': 'a'}"):
            status, answer = reader.call('ExecuteStatement', {'Statement': statement}, headers=extended)[:2]
            self.assertGreaterEqual(status, 400, answer)
        self.assertEqual(admin.call('DescribeTable', {'TableName': 'kept'})[0], 200)

    def test_limits_of_keys(self):
        admin, reader = self.client('ADMIN', 'adminsecret'), self.client('READER', 'readersecret')
        orders = self.client('ORDERS', 'orderssecret')
        for table in ('orders', 'log_1', 'secrets'):
            make_table(admin, table)
        item = {'id': {'S': 'a'}}
        self.assertEqual(reader.call('GetItem', {'TableName': 'orders', 'Key': item})[0], 200)
        for operation, request in (('PutItem', {'TableName': 'orders', 'Item': item}),
                                   ('DeleteTable', {'TableName': 'orders'}),
                                   ('BatchWriteItem', {'RequestItems': {'orders': [{'PutRequest': {'Item': item}}]}}),
                                   ('ExecuteStatement', {'Statement': "INSERT INTO orders VALUE {'id': 'a'}"})):
            self.assertEqual(reader.error(operation, request)[0], 'AccessDeniedException', operation)
        self.assertEqual(reader.error('ExecuteStatement', {'Statement': 'SELECT * FROM orders'})[0], 'none')
        for table, expected in (('orders', 'none'), ('log_1', 'none'), ('secrets', 'AccessDeniedException'),
                                ('arn:aws:dynamodb:us-east-1:000000000000:table/secrets', 'AccessDeniedException')):
            self.assertEqual(orders.error('PutItem', {'TableName': table, 'Item': item})[0], expected, table)
        two = {'RequestItems': {t: {'Keys': [item]} for t in ('orders', 'secrets')}}
        self.assertEqual(orders.error('BatchGetItem', two)[0], 'AccessDeniedException')
        self.statements(orders)
        get = [{'Get': {'TableName': t, 'Key': item}} for t in ('orders', 'secrets')]
        self.assertEqual(orders.error('TransactGetItems', {'TransactItems': get})[0], 'AccessDeniedException')

    def statements(self, orders):
        """Those that use other tables than the key's are refused, however they name them."""
        extended = {'X-Parton-Dialect': 'extended'}
        reads = "SELECT * FROM orders WHERE id = 'a'"
        for statement, headers, expected in (
                (reads, {}, 'none'), ("INSERT INTO log_1 VALUE {'id': 'b'}", {}, 'none'),
                ("UPDATE log_1 SET n = 1 WHERE id = 'b'", {}, 'none'), ('SELECT * FROM', {}, 'ValidationException'),
                ('SELECT * FROM secrets', {}, 'AccessDeniedException'),
                ('SELECT * FROM nothing', {}, 'AccessDeniedException'),
                ("INSERT INTO secrets VALUE {'id': 'b'}", {}, 'AccessDeniedException'),
                ("DELETE FROM secrets WHERE id = 'a'", {}, 'AccessDeniedException'),
                ("SELECT o.id, l.n FROM orders AS o, log_1 AS l", extended, 'none'),
                ("SELECT o.id FROM orders AS o JOIN secrets AS s ON o.id = s.id", extended, 'AccessDeniedException'),
                ("SELECT VALUE (SELECT COUNT(*) AS n FROM secrets AS s) FROM orders AS o", extended,
                 'AccessDeniedException'),
                ("INSERT INTO orders (SELECT VALUE s FROM secrets AS s)", extended, 'AccessDeniedException'),
                ("UPDATE orders SET n = (SELECT COUNT(*) AS n FROM secrets AS s) WHERE id = 'a'", extended,
                 'AccessDeniedException'),
                ("DELETE FROM orders WHERE id IN (SELECT VALUE s.id FROM secrets AS s)", extended, 'AccessDeniedException'),
                ("SELECT * FROM changes('secrets') AS c", extended, 'AccessDeniedException'),
                ('DROP TABLE orders', extended, 'AccessDeniedException'), ('SHOW TABLES', extended, 'AccessDeniedException'),
                ('EXPLAIN ' + reads, extended, 'AccessDeniedException')):
            answer = orders.error('ExecuteStatement', {'Statement': statement}, headers=headers)
            self.assertEqual(answer[0], expected, (statement, answer))
        for operation, member in (('BatchExecuteStatement', 'Statements'), ('ExecuteTransaction', 'TransactStatements')):
            mine, other = ({'Statement': s} for s in (reads, "SELECT * FROM secrets WHERE id = 'a'"))
            self.assertEqual(orders.error(operation, {member: [mine]})[0], 'none', operation)
            self.assertEqual(orders.error(operation, {member: [mine, other]})[0], 'AccessDeniedException', operation)
        check = {'Statement': "EXISTS(SELECT * FROM orders WHERE id = 'none' AND attribute_exists(id))"}
        write = {'Statement': "INSERT INTO log_1 VALUE {'id': 'c'}"}
        answer = orders.error('ExecuteTransaction', {'TransactStatements': [check, write]})
        self.assertEqual(answer[0], 'TransactionCanceledException', answer)

    def test_new_keys_without_a_restart(self):
        self.write(KEYS.replace('ADMIN', 'CHIEF'))
        self.server.process.send_signal(signal.SIGHUP)
        chief = self.client('CHIEF', 'adminsecret')
        for _ in range(100):
            if chief.error('ListTables', {})[0] == 'none':
                break
            time.sleep(0.05)
        self.assertEqual(chief.error('ListTables', {})[0], 'none')
        self.assertEqual(self.client('ADMIN', 'adminsecret').error('ListTables', {})[0], 'UnrecognizedClientException')
        self.write('nonsense')
        self.server.process.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        self.assertEqual(chief.error('ListTables', {})[0], 'none', 'a wrong file changes nothing')
        self.assertIn('keys:1:', self.server.errors())

    def test_a_file_that_others_can_read(self):
        os.chmod(self.file, 0o644)
        with self.assertRaisesRegex(RuntimeError, 'others may read the secrets'):
            Server('--credentials', self.file).start()


class Browsers(unittest.TestCase):
    def test_cors(self):
        with Server('--cors', 'http://page.example') as server:
            client = Client(server)
            client.http.request('OPTIONS', '/', headers={'Origin': 'http://page.example',
                                                         'Access-Control-Request-Headers': 'x-amz-target'})
            answer = client.http.getresponse()
            answer.read()
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.headers['Access-Control-Allow-Origin'], 'http://page.example')
            self.assertEqual(answer.headers['Access-Control-Allow-Headers'], 'x-amz-target')
            client.close()

    def test_other_addresses(self):
        with Server('--host', '0.0.0.0', '--no-auth') as server:
            server.host = '127.0.0.1'
            client = Client(server)
            self.assertEqual(client.call('ListTables', {}, headers={'host': 'db.example'})[0], 200)
            client.close()


@unittest.skipUnless(shutil.which('openssl'), 'there is no openssl')
class Tls(unittest.TestCase):
    def test_https(self):
        with Folder() as folder:
            key, certificate = os.path.join(folder, 'key.pem'), os.path.join(folder, 'cert.pem')
            subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate,
                            '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
                           check=True, capture_output=True)
            with Server('--tls-cert', certificate, '--tls-key', key) as server:
                self.assertTrue(server.url.startswith('https://'))
                client = Client(server, context=ssl.create_default_context(cafile=certificate))
                make_table(client)
                big = {'id': {'S': 'a'}, 'text': {'S': 'x' * 300000}}
                client.must('PutItem', {'TableName': 'things', 'Item': big})
                self.assertEqual(client.must('GetItem', {'TableName': 'things', 'Key': {'id': {'S': 'a'}}})['Item'], big)
                plain = Client(server)
                with self.assertRaises(Exception):
                    plain.call('ListTables', {})
                client.close()
                self.assertEqual(server.stop(), 0)


if __name__ == '__main__':
    unittest.main(verbosity=1)
