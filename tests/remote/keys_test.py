"""Where keys come from; requests are signed right; no secret is shown."""
import os, tempfile

from remote_support import Server, check, check_equal, clean_environment, finish, shell

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
        status, out, err = shell('dynamodb://', ["SHOW TABLES"], env=clean_environment())
        check('region' in err and status == 3, 'no region: ' + err)
finish()
