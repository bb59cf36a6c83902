"""Where keys come from; requests are signed right; no secret is shown."""
import http.server, json, os, socket, subprocess, tempfile, threading

from remote_support import Server, check, check_equal, clean_environment, finish, shell

class Service(http.server.BaseHTTPRequestHandler):
    """A machine's service (IMDSv2) and a container's, on one port. `seen`: what was asked."""
    seen, expires = [], '2099-01-01T00:00:00Z'

    def log_message(self, *_):
        pass

    def answer(self, status, text):
        self.send_response(status)
        self.send_header('Content-Length', str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def do_PUT(self):
        Service.seen.append('PUT ' + self.path)
        good = self.path == '/latest/api/token' and self.headers['X-aws-ec2-metadata-token-ttl-seconds']
        self.answer(200 if good else 400, 'the-token' if good else '')

    def do_GET(self):
        Service.seen.append('GET ' + self.path)
        keys = json.dumps({'Code': 'Success', 'AccessKeyId': 'AKIAAPP', 'SecretAccessKey': SECRET, 'Token': 'session',
                           'Expiration': Service.expires})
        if self.path == '/container':
            return self.answer(*((200, keys) if self.headers['Authorization'] == 'pass' else (401, '{}')))
        if self.headers['X-aws-ec2-metadata-token'] != 'the-token':
            return self.answer(401, '')
        base = '/latest/meta-data/iam/security-credentials/'
        known = {base: 'app-role', base + 'app-role': keys}
        self.answer(200 if self.path in known else 404, known.get(self.path, ''))


class ConnectProxy:
    """Passes CONNECT on to wherever it says; `seen`: where that was."""

    def __init__(self, refuse=False):
        self.seen, self.refuse = [], refuse
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.url = 'http://127.0.0.1:%d' % self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        head = b''
        while not head.endswith(b'\r\n\r\n'):
            head += connection.recv(1)
        where = head.split(b' ')[1].decode()
        self.seen.append(where)
        if self.refuse:
            connection.sendall(b'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n')
            connection.close()
            return
        upstream = socket.create_connection((where.rsplit(':', 1)[0], int(where.rsplit(':', 1)[1])))
        connection.sendall(b'HTTP/1.1 200 Connection established\r\n\r\n')
        for a, b in ((connection, upstream), (upstream, connection)):
            threading.Thread(target=self.pump, args=(a, b), daemon=True).start()

    @staticmethod
    def pump(a, b):
        try:
            while data := a.recv(65536):
                b.sendall(data)
        except OSError:
            pass
        b.close()


SECRET = 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY'

with tempfile.TemporaryDirectory() as folder:
    keys = os.path.join(folder, 'keys')
    with open(keys, 'w') as f:
        f.write('[app]\naws_access_key_id = AKIAAPP\naws_secret_access_key = %s\n' % SECRET)
    os.chmod(keys, 0o600)
    credentials, config = os.path.join(folder, 'credentials'), os.path.join(folder, 'config')
    with open(credentials, 'w') as f:
        f.write('[good]\naws_access_key_id = AKIAAPP\naws_secret_access_key = %s\n'
                '[bad]\naws_access_key_id = AKIAAPP\naws_secret_access_key = wrong%s\n' % (SECRET, SECRET))
    helper = os.path.join(folder, 'helper.sh')
    with open(helper, 'w') as f:
        f.write('echo \'{"Version": 1, "AccessKeyId": "AKIAAPP", "SecretAccessKey": "%s",'
                ' "Expiration": "2099-01-01T00:00:00Z"}\'\n' % SECRET)
    with open(config, 'w') as f:
        f.write('[profile process]\ncredential_process = sh %s\nregion = eu-west-1\n'
                '[profile broken]\ncredential_process = sh -c "echo %s; exit 3"\n[profile empty]\nregion = eu-west-1\n'
                % (helper, SECRET))
    files = {'AWS_SHARED_CREDENTIALS_FILE': credentials, 'AWS_CONFIG_FILE': config}
    with Server('--credentials', keys) as server:
        def run(*options, **environment):
            return shell(server.url, ["SHOW TABLES"], *options, env=clean_environment(**environment))

        good = [((), dict(AWS_ACCESS_KEY_ID='AKIAAPP', AWS_SECRET_ACCESS_KEY=SECRET)),
                (('--profile', 'good'), files), ((), dict(files, AWS_PROFILE='good')),
                (('--profile', 'process'), files),
                (('--profile', 'good'), dict(files, AWS_ACCESS_KEY_ID='AKIAOTHER', AWS_SECRET_ACCESS_KEY='x'))]
        for options, environment in good:
            status, _, err = run(*options, **environment)
            check_equal(status, 0, 'keys by %s %s: %s' % (options, sorted(environment), err))
        # Services of a container and of a machine.
        mock = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Service)
        threading.Thread(target=mock.serve_forever, daemon=True).start()
        base = 'http://127.0.0.1:%d' % mock.server_address[1]
        machine = dict(AWS_EC2_METADATA_DISABLED='false', AWS_EC2_METADATA_SERVICE_ENDPOINT=base)
        container = dict(AWS_CONTAINER_CREDENTIALS_FULL_URI=base + '/container', AWS_CONTAINER_AUTHORIZATION_TOKEN='pass')
        for environment in (machine, container):
            status, _, err = run(**environment)
            check_equal(status, 0, 'keys by %s: %s' % (sorted(environment), err))
        check('PUT /latest/api/token' in Service.seen, 'a token comes first')
        Service.expires = '2001-01-01T00:00:00Z'
        check_equal(run(**dict(container, AWS_CONTAINER_AUTHORIZATION_TOKEN='wrong'))[0], 3, 'a wrong token')

        bad = [((), {}), ((), dict(AWS_ACCESS_KEY_ID='AKIAAPP', AWS_SECRET_ACCESS_KEY='wrong' + SECRET)),
               ((), dict(AWS_ACCESS_KEY_ID='AKIAAPP')), (('--profile', 'bad'), files), (('--profile', 'broken'), files),
               (('--profile', 'empty'), files), (('--profile', 'nobody'), files)]
        for options, environment in bad:
            status, out, err = run(*options, **environment)
            check_equal(status, 3, 'no keys by %s %s: %s' % (options, sorted(environment), err))
            check(SECRET not in out + err, 'a secret is shown: %s' % err)
        status, out, err = shell('dynamodb://eu-west-1', ["SHOW TABLES"], '--endpoint-url', server.url, '--profile', 'good',
                                 env=clean_environment(**files))
        check_equal(status, 0, 'an endpoint beside a region: ' + err)
        # TLS, alone and by a proxy that passes CONNECT on.
        key, certificate = os.path.join(folder, 'key.pem'), os.path.join(folder, 'cert.pem')
        made = subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate,
                               '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        check_equal(made.returncode, 0, 'a certificate')
        with Server('--tls-cert', certificate, '--tls-key', key) as safe:
            url = 'https://localhost:%d' % safe.port
            trusted = dict(AWS_CA_BUNDLE=certificate)

            def over(**environment):
                return shell(url, ["SHOW TABLES"], env=clean_environment(**environment))

            check_equal(over(**trusted)[0], 0, 'a certificate that is trusted')
            status, _, err = over()
            check(status == 3 and 'TLS' in err, 'one that is not: ' + err)
            status, _, err = shell('https://127.0.0.1:%d' % safe.port, ["SHOW TABLES"], env=clean_environment(**trusted))
            check(status == 3, 'the certificate of another host: ' + err)
            proxy, wall = ConnectProxy(), ConnectProxy(refuse=True)
            status, _, err = over(**trusted, HTTPS_PROXY=proxy.url)
            check_equal((status, set(proxy.seen)), (0, {'localhost:%d' % safe.port}), 'by a proxy: ' + err)
            status, _, err = over(**trusted, HTTPS_PROXY=wall.url)
            check(status == 3 and '403' in err, 'a proxy that refuses: ' + err)
            check_equal(over(**trusted, HTTPS_PROXY=wall.url, NO_PROXY='localhost')[0], 0, 'NO_PROXY')
        status, out, err = shell('dynamodb://', ["SHOW TABLES"], env=clean_environment())
        check('region' in err and status == 3, 'no region: ' + err)
finish()
