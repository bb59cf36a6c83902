#!/usr/bin/env python3
"""kill -9 under load, through the endpoint: every write that was acknowledged is there afterwards, and nothing is half
there. KILLS=N rounds (5)."""
import os, random, signal, subprocess, sys, threading, time
from support import PARTON, Client, Folder, Server, make_table, run_all

ROUNDS = int(os.environ.get('KILLS', '5'))
WRITERS = 8


def write(server, name, acknowledged, tried, start):
    client, i = Client(server), start
    while True:
        key = '%s-%06d' % (name, i)
        tried.add(key)
        try:
            if i % 3 == 0:
                status, _ = client.call('PutItem', {'TableName': 'things', 'Item': {'id': {'S': key}, 'n': {'N': str(i)}}})
            elif i % 3 == 1:
                puts = [{'PutRequest': {'Item': {'id': {'S': key + s}, 'n': {'N': str(i)}}}} for s in ('', 'b')]
                status, _ = client.call('BatchWriteItem', {'RequestItems': {'things': puts}})
            else:
                puts = [{'Put': {'TableName': 'things', 'Item': {'id': {'S': key + s}, 'n': {'N': str(i)}}}} for s in ('', 't')]
                status, _ = client.call('TransactWriteItems', {'TransactItems': puts})
        except Exception:
            return
        if status == 200:
            acknowledged.add(key)
        i += 1


def main():
    with Folder() as folder:
        database = os.path.join(folder, 'db')
        acknowledged, tried = set(), set()
        with Server(database=database) as server:
            make_table(Client(server))
        for r in range(ROUNDS):
            with Server(database=database) as server:
                writers = [threading.Thread(target=write, args=(server, 'w%d' % w, acknowledged, tried, r * 100000))
                           for w in range(WRITERS)]
                for t in writers:
                    t.start()
                time.sleep(random.uniform(0.3, 1.2))
                server.stop(signal.SIGKILL)
                for t in writers:
                    t.join()
            check = subprocess.run([PARTON, database, '-c', 'CHECK DATABASE'], capture_output=True, text=True)
            assert check.returncode == 0, check.stdout + check.stderr
            with Server(database=database) as server:
                client, found, request = Client(server), set(), {'TableName': 'things', 'ConsistentRead': True}
                while True:
                    page = client.must('Scan', request)
                    found |= {item['id']['S'] for item in page['Items']}
                    if 'LastEvaluatedKey' not in page:
                        break
                    request['ExclusiveStartKey'] = page['LastEvaluatedKey']
            lost = acknowledged - found
            assert not lost, 'lost: %s' % sorted(lost)[:5]
            strange = {k.rstrip('bt') for k in found} - tried
            assert not strange, 'nobody wrote: %s' % sorted(strange)[:5]
            half = [k for k in found if k[-1] == 't' and k[:-1] not in found]
            assert not half, 'half of a transaction: %s' % half[:5]
            print('round %d: %d acknowledged, %d there' % (r + 1, len(acknowledged), len(found)), flush=True)
    print('1 passed, 0 failed')


if __name__ == '__main__':
    sys.exit(main())
