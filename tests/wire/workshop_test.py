#!/usr/bin/env python3
"""The workshop on DynamoDB's features, as boto3 programs: its figures, computed from the same files.

workshop_test.py DATA: the folder of its files. COPIES=250 loads the million items of its scan exercise (8)."""
import csv, os, sys, unittest
from concurrent.futures import ThreadPoolExecutor

DATA = sys.argv.pop() if len(sys.argv) > 1 and os.path.isdir(sys.argv[-1]) else ''
if not os.path.exists(os.path.join(DATA, 'employees.csv')) or not DATA:
    print('skipped: the workshop\'s files are not there')
    sys.exit(77)
try:
    import boto3
    from boto3.dynamodb.conditions import Attr, Key
    from botocore.config import Config
    from botocore.exceptions import ClientError
except ImportError:
    print('skipped: there is no boto3 (apt-get install python3-boto3)')
    sys.exit(77)
from support import Server

COPIES = int(os.environ.get('COPIES', '8'))
THREADS = 8


def rows(name):
    with open(os.path.join(DATA, name + '.csv'), encoding='utf-8', newline='') as f:
        yield from csv.reader(f)


def log_item(row):
    item = {'requestid': int(row[0]), 'host': row[1], 'date': row[2], 'hourofday': int(row[3]), 'timezone': row[4],
            'method': row[5], 'url': row[6], 'responsecode': int(row[7]), 'bytessent': int(row[8]), 'useragent': row[9]}
    return {k: v for k, v in item.items() if v != ''}


def employee_items(row):
    number = int(row[0])
    name, title, dept, city, state, dob, hired, before, before_end = row[1:10]
    master = {'employeeid': number, 'colA': 'master', 'name': name, 'title': title, 'dept': dept, 'city': city,
              'state': state, 'city_dept': city + ':' + dept, 'dob': dob, 'hire_date': hired, 'previous_title': before,
              'previous_title_end': before_end, 'lock': '0'}
    if len(row) == 11 and row[10]:
        master['is_manager'] = '1'
    yield master
    yield {'employeeid': number, 'colA': 'current_title:' + title, 'name': name, 'hire_date': before_end}
    yield {'employeeid': number, 'colA': 'previous_title:' + before, 'name': name, 'hire_date': hired}
    yield {'employeeid': number, 'colA': 'state:' + state, 'name': name, 'hire_date': hired, 'city_dept': city + ':' + dept}


class Workshop(unittest.TestCase):
    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.server.start()
        more = dict(endpoint_url=cls.server.url, region_name='us-west-2', aws_access_key_id='any',
                    aws_secret_access_key='any', config=Config(max_pool_connections=2 * THREADS))
        cls.client = boto3.client('dynamodb', **more)
        cls.streams = boto3.client('dynamodbstreams', **more)
        cls.resource = boto3.resource('dynamodb', **more)

    @classmethod
    def tearDownClass(cls):
        assert cls.server.stop() == 0, cls.server.errors()

    def table(self, name, key, indexes=(), units=(100, 100)):
        """key, and the keys of indexes: [(attribute, type), ...]; indexes: (name, key, projection)"""
        names = ('HASH', 'RANGE')
        throughput = {'ReadCapacityUnits': units[0], 'WriteCapacityUnits': units[1]}
        types = dict(key)
        for _, index_key, _ in indexes:
            types.update(index_key)
        schema = lambda k: [{'AttributeName': a, 'KeyType': names[i]} for i, (a, _) in enumerate(k)]
        more = {'GlobalSecondaryIndexes': [{'IndexName': n, 'KeySchema': schema(k), 'Projection': p,
                                            'ProvisionedThroughput': throughput} for n, k, p in indexes]} if indexes else {}
        self.client.create_table(TableName=name, KeySchema=schema(key), ProvisionedThroughput=throughput,
                                 AttributeDefinitions=[{'AttributeName': a, 'AttributeType': t} for a, t in types.items()], **more)
        self.client.get_waiter('table_exists').wait(TableName=name, WaiterConfig={'Delay': 1})
        return self.resource.Table(name)

    def put_all(self, table, items):
        with table.batch_writer() as batch:
            for item in items:
                batch.put_item(Item=item)

    def all(self, operation, **request):
        """-> items, examined, pages"""
        items, examined, pages = [], 0, 0
        while True:
            page = operation(**request)
            items += page.get('Items', [])
            examined, pages = examined + page['ScannedCount'], pages + 1
            if 'LastEvaluatedKey' not in page:
                return items, examined, pages
            request['ExclusiveStartKey'] = page['LastEvaluatedKey']

    def test_1_capacity_and_an_index(self):
        include = {'ProjectionType': 'INCLUDE', 'NonKeyAttributes': ['bytessent']}
        tlog = self.table('tlog', [('requestid', 'N')],
                          [('host-requestid-gsi', [('host', 'S'), ('requestid', 'N')], include)], units=(5, 5))
        self.put_all(tlog, map(log_item, rows('logfile_small1')))
        self.assertEqual(self.all(tlog.scan)[1], 500)
        first = tlog.get_item(Key={'requestid': 1})['Item']
        self.assertEqual((first['date'], first['host'], first['responsecode']), ('2009-07-20', '66.249.67.3', 302))
        self.put_all(tlog, map(log_item, rows('logfile_medium1')))
        self.assertEqual(self.all(tlog.scan)[1], 2000)
        self.client.update_table(TableName='tlog', ProvisionedThroughput={'ReadCapacityUnits': 100, 'WriteCapacityUnits': 100})
        self.put_all(tlog, map(log_item, rows('logfile_medium2')))
        self.assertEqual(self.all(tlog.scan)[1], 4000)
        found, _, _ = self.all(tlog.query, IndexName='host-requestid-gsi', KeyConditionExpression=Key('host').eq('66.249.67.3'))
        self.assertEqual([int(i['requestid']) for i in found[:5]], [1, 2, 8, 9, 10])
        self.assertEqual((len(found), sum(i['bytessent'] for i in found)), (933, 6238021))
        with self.assertRaises(ClientError):
            tlog.query(IndexName='host-requestid-gsi', KeyConditionExpression=Key('host').eq('66.249.67.3'),
                       ProjectionExpression='#u', ExpressionAttributeNames={'#u': 'url'})
        self.stream_to_a_replica(tlog)

    def test_2_scans_and_a_sharded_index(self):
        keys = {'ProjectionType': 'KEYS_ONLY'}
        table = self.table('tlog_scan', [('requestid', 'N')], [
            ('gsi_responsecode', [('gsi_responsecode_hk', 'N'), ('gsi_responsecode_sk', 'S')], keys)])

        def load(work):
            thread, copy = work
            name = ('logfile_medium1', 'logfile_medium2')[thread]
            items = []
            for row in rows(name):
                item = log_item(row)
                item['requestid'] += thread * 500000 + copy * 2000
                item['gsi_responsecode_hk'] = item['requestid'] % 10 + 1
                item['gsi_responsecode_sk'] = '#'.join((row[7], row[2], row[3]))
                items.append(item)
            self.put_all(boto3.resource('dynamodb', endpoint_url=self.server.url, region_name='us-west-2',
                                        aws_access_key_id='a', aws_secret_access_key='b').Table('tlog_scan'), items)
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(load, [(t, c) for t in range(2) for c in range(COPIES)]))

        def scan(segment=None, total=None):
            more = {} if total is None else {'Segment': segment, 'TotalSegments': total}
            items, examined, _ = self.all(table.scan, ProjectionExpression='bytessent', FilterExpression=Attr('responsecode').ne(200),
                                          Limit=10000, **more)
            return len(items), sum(i['bytessent'] for i in items), examined
        self.assertEqual(scan(), (563 * COPIES, 24217 * COPIES, 4000 * COPIES))
        with ThreadPoolExecutor(THREADS) as pool:
            parts = list(pool.map(lambda s: scan(s, 8), range(8)))
        self.assertTrue(all(p[2] > 0 for p in parts), parts)
        self.assertEqual(tuple(map(sum, zip(*parts))), (563 * COPIES, 24217 * COPIES, 4000 * COPIES))

        def shards(prefix):
            found = []
            for shard in range(11):
                items, _, _ = self.all(table.query, IndexName='gsi_responsecode', KeyConditionExpression=Key(
                    'gsi_responsecode_hk').eq(shard) & Key('gsi_responsecode_sk').begins_with(prefix))
                found.append(len(items))
            return found
        self.assertEqual(shards('404'), [COPIES * n for n in (0, 7, 10, 5, 4, 4, 7, 6, 13, 11, 5)])
        self.assertEqual(shards('404#2017-07-21'), [COPIES * n for n in (0, 3, 3, 1, 2, 0, 1, 4, 4, 4, 2)])

    def test_4_overloaded_sparse_and_composite_keys_and_a_lock(self):
        everything = {'ProjectionType': 'ALL'}
        table = self.table('employees', [('employeeid', 'N'), ('colA', 'S')],
                           [('gsi_overload', [('colA', 'S'), ('name', 'S')], everything)])
        self.put_all(table, (item for row in rows('employees') for item in employee_items(row)))
        self.assertEqual(self.all(table.scan)[1], 4000)

        def by(value, name=None, **more):
            condition = Key('colA').eq(value) if name is None else Key('colA').eq(value) & Key('name').eq(name)
            return self.all(table.query, IndexName='gsi_overload', KeyConditionExpression=condition, **more)[0]
        washington = by('state:WA')
        self.assertEqual([(i['name'], i['hire_date']) for i in washington[:2]],
                         [('Alice Beilby', '2014-12-03'), ('Alla Absalom', '2015-06-25')])
        states = dict(AZ=49, CA=183, CO=44, IL=58, IN=45, MA=43, MD=53, MI=55, NC=51, NY=49, OR=58, PA=38, TN=31, TX=197, WA=46)
        self.assertEqual({s: len(by('state:' + s)) for s in states}, states)
        self.assertEqual([len(by(t)) for t in ('current_title:Software Engineer', 'previous_title:Software Engineer',
                                               'current_title:IT Support Manager')], [18, 12, 21])
        self.assertEqual([i['hire_date'] for i in by('master', 'Dale Marlin')], ['2014-10-19'])
        self.assertEqual(by('state:WA', Limit=10), washington)
        self.assertEqual(by('state:WA', ScanIndexForward=False), washington[::-1])
        self.sparse(table)
        self.composite(table)
        self.lock(table, by)

    def add_index(self, name, keys):
        self.client.update_table(
            TableName='employees', AttributeDefinitions=[{'AttributeName': a, 'AttributeType': 'S'} for a in keys],
            GlobalSecondaryIndexUpdates=[{'Create': {
                'IndexName': name, 'Projection': {'ProjectionType': 'ALL'},
                'KeySchema': [{'AttributeName': a, 'KeyType': k} for a, k in zip(keys, ('HASH', 'RANGE'))],
                'ProvisionedThroughput': {'ReadCapacityUnits': 10, 'WriteCapacityUnits': 10}}}])
        for _ in range(600):
            table = self.client.describe_table(TableName='employees')['Table']
            if all(i['IndexStatus'] == 'ACTIVE' for i in table['GlobalSecondaryIndexes']):
                return
        self.fail('the index is not filled')

    def sparse(self, table):
        self.add_index('gsi_manager', ('is_manager', 'title'))
        items, examined, pages = self.all(table.scan, FilterExpression=Attr('is_manager').eq('1'), Limit=100)
        self.assertEqual((len(items), examined), (84, 4000))
        self.assertIn(pages, (40, 41))
        self.assertEqual(len(self.all(table.scan, FilterExpression=Attr('is_manager').eq(1))[0]), 0)
        self.assertEqual(self.all(table.scan, IndexName='gsi_manager')[1], 84)
        key = {'employeeid': 1, 'colA': 'master'}
        table.update_item(Key=key, UpdateExpression='SET is_manager = :m', ExpressionAttributeValues={':m': '1'})
        self.assertEqual(self.all(table.scan, IndexName='gsi_manager')[1], 85)
        table.update_item(Key=key, UpdateExpression='REMOVE is_manager')
        self.assertEqual(self.all(table.scan, IndexName='gsi_manager')[1], 84)
        with self.assertRaises(ClientError) as failed:
            table.update_item(Key=key, UpdateExpression='SET is_manager = :m', ExpressionAttributeValues={':m': 1})
        self.assertEqual(failed.exception.response['Error']['Code'], 'ValidationException')

    def city(self, table, state, prefix=None):
        condition = Key('state').eq(state)
        if prefix:
            condition &= Key('city_dept').begins_with(prefix)
        return self.all(table.query, IndexName='gsi_city_dept', KeyConditionExpression=condition)[0]

    def composite(self, table):
        self.add_index('gsi_city_dept', ('state', 'city_dept'))
        texas = self.city(table, 'TX')
        self.assertEqual([i['city_dept'] for i in texas], sorted(i['city_dept'] for i in texas))
        self.assertEqual((len(texas), len(self.city(table, 'TX', 'Dallas'))), (197, 47))
        self.assertEqual(sorted(i['name'] for i in self.city(table, 'TX', 'Dallas:Op')),
                         ['Arlan Cummings', 'Audra Leahey', 'Bone Ruggs', 'Brady Marvel', 'Emmye Fletcher', 'Karlis Prisk',
                          'Lizbeth Proudler', 'Marve Bignold', 'Waneta Parminter'])

    def lock(self, table, by):
        key = {'employeeid': 251, 'colA': 'master'}

        def move(state, city):
            return table.update_item(
                Key=key, UpdateExpression='SET #s = :s, city = :c, city_dept = :d, #l = :locked', ReturnValues='ALL_OLD',
                ConditionExpression='#l = :free', ExpressionAttributeNames={'#s': 'state', '#l': 'lock'},
                ExpressionAttributeValues={':s': state, ':c': city, ':d': city + ':Operation', ':locked': '1', ':free': '0'})
        old = move('OR', 'Portland')['Attributes']
        self.assertEqual((old['city'], old['state'], old['lock'], len(old)), ('San Jose', 'CA', '0', 13))
        with self.assertRaises(self.client.exceptions.ConditionalCheckFailedException):
            move('IL', 'Chicago')
        table.delete_item(Key={'employeeid': 251, 'colA': 'state:CA'})
        table.put_item(Item={'employeeid': 251, 'colA': 'state:OR', 'hire_date': '2014-03-05', 'name': 'Wendi Bricknell'})
        table.update_item(Key=key, UpdateExpression='SET #l = :free', ConditionExpression='#l = :locked',
                          ExpressionAttributeNames={'#l': 'lock'}, ExpressionAttributeValues={':locked': '1', ':free': '0'})
        self.assertEqual(table.get_item(Key=key)['Item']['city_dept'], 'Portland:Operation')
        collection = self.all(table.query, KeyConditionExpression=Key('employeeid').eq(251))[0]
        self.assertEqual([i['colA'] for i in collection],
                         ['current_title:Network Architect', 'master', 'previous_title:Senior Network System Administrator',
                          'state:OR'])
        self.assertEqual([len(by('state:' + s)) for s in ('CA', 'OR', 'IL')], [182, 59, 58])
        self.assertEqual((len(self.city(table, 'CA', 'San Jose:Operation')), len(self.city(table, 'OR', 'Portland:Operation'))),
                         (12, 13))

    def stream_to_a_replica(self, tlog):
        replica = self.table('tlog_replica', [('requestid', 'N')])
        self.client.update_table(TableName='tlog', StreamSpecification={'StreamEnabled': True, 'StreamViewType': 'NEW_IMAGE'})
        arn = self.client.describe_table(TableName='tlog')['Table']['LatestStreamArn']
        self.put_all(tlog, map(log_item, rows('logfile_stream')))
        records = []
        for shard in self.streams.describe_stream(StreamArn=arn)['StreamDescription']['Shards']:
            iterator = self.streams.get_shard_iterator(StreamArn=arn, ShardId=shard['ShardId'],
                                                       ShardIteratorType='TRIM_HORIZON')['ShardIterator']
            while iterator:
                page = self.streams.get_records(ShardIterator=iterator, Limit=100)
                self.assertLessEqual(len(page['Records']), 100)
                if not page['Records']:
                    break
                records += page['Records']
                iterator = page.get('NextShardIterator')
        self.assertEqual(len(records), 2000)
        self.assertTrue(all(r['eventName'] == 'INSERT' and 'OldImage' not in r['dynamodb'] for r in records))
        numbers = [int(r['dynamodb']['SequenceNumber']) for r in records]
        self.assertEqual(numbers, sorted(set(numbers)))
        for i in range(0, len(records), 25):
            self.client.batch_write_item(RequestItems={'tlog_replica': [
                {'PutRequest': {'Item': r['dynamodb']['NewImage']}} for r in records[i:i + 25]]})
        items, examined, _ = self.all(replica.scan)
        self.assertEqual((examined, sum(i['bytessent'] for i in items)), (2000, 29574956))
        self.assertEqual(sum(i['host'] == '64.233.172.17' for i in items), 127)


if __name__ == '__main__':
    unittest.main(verbosity=1)
