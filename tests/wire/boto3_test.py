#!/usr/bin/env python3
"""Ordinary work with boto3, unmodified: types, waiters, pages, conditions, transactions, streams, parallel scans."""
import decimal, sys, unittest
from concurrent.futures import ThreadPoolExecutor

try:
    import boto3
    from boto3.dynamodb.conditions import Attr, Key
    from boto3.dynamodb.types import Binary
    from botocore.config import Config
    from botocore.exceptions import ClientError
except ImportError:
    print('skipped: there is no boto3 (apt-get install python3-boto3)')
    sys.exit(77)
from support import Server


class Boto3(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.server.start()
        more = dict(endpoint_url=cls.server.url, region_name='us-east-1', aws_access_key_id='any',
                    aws_secret_access_key='any', config=Config(retries={'max_attempts': 1}, max_pool_connections=32))
        cls.client = boto3.client('dynamodb', **more)
        cls.streams = boto3.client('dynamodbstreams', **more)
        cls.resource = boto3.resource('dynamodb', **more)
        cls.table = cls.make('orders', StreamSpecification={'StreamEnabled': True, 'StreamViewType': 'NEW_AND_OLD_IMAGES'},
                             indexes=['status'])

    @classmethod
    def tearDownClass(cls):
        assert cls.server.stop() == 0, cls.server.errors()

    @classmethod
    def make(cls, name, indexes=(), **more):
        if indexes:
            more['GlobalSecondaryIndexes'] = [
                {'IndexName': 'by_' + i, 'KeySchema': [{'AttributeName': i, 'KeyType': 'HASH'}],
                 'Projection': {'ProjectionType': 'ALL'}} for i in indexes]
        table = cls.resource.create_table(
            TableName=name, BillingMode='PAY_PER_REQUEST',
            KeySchema=[{'AttributeName': 'customer', 'KeyType': 'HASH'}, {'AttributeName': 'number', 'KeyType': 'RANGE'}],
            AttributeDefinitions=[{'AttributeName': 'customer', 'AttributeType': 'S'},
                                  {'AttributeName': 'number', 'AttributeType': 'N'}] +
                                 [{'AttributeName': i, 'AttributeType': 'S'} for i in indexes], **more)
        table.wait_until_exists()
        return table

    def test_every_type_comes_back(self):
        item = {'customer': 'types', 'number': 1, 'text': 'Ünïcödé \U0001f600', 'empty': '', 'yes': True, 'no': False,
                'nothing': None, 'decimal': decimal.Decimal('-12345678901234567890.123456789'), 'bytes': Binary(bytes(range(256))),
                'list': [1, 'two', [3, {'four': 4}]], 'map': {'a': {'b': {}}, 'l': []}, 'strings': {'a', 'b'},
                'numbers': {1, 2, decimal.Decimal('3.5')}, 'blobs': {Binary(b'x'), Binary(b'')}}
        self.table.put_item(Item=item)
        self.assertEqual(self.table.get_item(Key={'customer': 'types', 'number': 1})['Item'], item)
        self.assertNotIn('Item', self.table.get_item(Key={'customer': 'types', 'number': 2}))

    def test_conditions_and_updates(self):
        key = {'customer': 'conditions', 'number': 1}
        self.table.put_item(Item={**key, 'count': 1}, ConditionExpression=Attr('customer').not_exists())
        with self.assertRaises(self.client.exceptions.ConditionalCheckFailedException):
            self.table.put_item(Item=key, ConditionExpression=Attr('customer').not_exists())
        got = self.table.update_item(Key=key, UpdateExpression='ADD #c :n SET tags = :t', ReturnValues='ALL_NEW',
                                     ExpressionAttributeNames={'#c': 'count'},
                                     ExpressionAttributeValues={':n': 2, ':t': ['a']})['Attributes']
        self.assertEqual(got, {**key, 'count': 3, 'tags': ['a']})
        with self.assertRaises(ClientError) as failed:
            self.table.delete_item(Key=key, ConditionExpression=Attr('count').eq(7),
                                   ReturnValuesOnConditionCheckFailure='ALL_OLD')
        self.assertEqual(failed.exception.response['Item']['count'], {'N': '3'})
        old = self.table.delete_item(Key=key, ReturnValues='ALL_OLD')['Attributes']
        self.assertEqual(old['count'], 3)

    def test_pages_and_segments(self):
        with self.table.batch_writer() as batch:
            for i in range(300):
                batch.put_item(Item={'customer': 'pages%d' % (i % 7), 'number': i, 'status': 'open' if i % 3 else 'done'})
        pages = list(self.client.get_paginator('query').paginate(
            TableName='orders', KeyConditionExpression='customer = :c', PaginationConfig={'PageSize': 5},
            ExpressionAttributeValues={':c': {'S': 'pages3'}}))
        numbers = [int(i['number']['N']) for p in pages for i in p['Items']]
        self.assertEqual(numbers, [i for i in range(300) if i % 7 == 3])
        done = self.table.query(IndexName='by_status', KeyConditionExpression=Key('status').eq('done'))
        self.assertEqual(done['Count'], 100)

        def scan(segment):
            found = []
            for page in self.client.get_paginator('scan').paginate(TableName='orders', Segment=segment, TotalSegments=8,
                                                                    PaginationConfig={'PageSize': 10}):
                found += [i['number']['N'] for i in page['Items'] if i['customer']['S'].startswith('pages')]
            return found
        with ThreadPoolExecutor(8) as pool:
            found = [n for part in pool.map(scan, range(8)) for n in part]
        self.assertEqual(sorted(map(int, found)), list(range(300)))

    def test_transactions(self):
        key = {'customer': {'S': 'transactions'}, 'number': {'N': '1'}}
        put = {'Put': {'TableName': 'orders', 'Item': key, 'ConditionExpression': 'attribute_not_exists(customer)'}}
        self.client.transact_write_items(TransactItems=[put], ClientRequestToken='token-1')
        self.client.transact_write_items(TransactItems=[put], ClientRequestToken='token-1')
        with self.assertRaises(self.client.exceptions.TransactionCanceledException) as failed:
            self.client.transact_write_items(TransactItems=[
                {'Put': {'TableName': 'orders', 'Item': {'customer': {'S': 'transactions'}, 'number': {'N': '2'}}}}, put])
        self.assertEqual([r['Code'] for r in failed.exception.response['CancellationReasons']],
                         ['None', 'ConditionalCheckFailed'])
        got = self.client.transact_get_items(TransactItems=[{'Get': {'TableName': 'orders', 'Key': key}}])
        self.assertEqual(got['Responses'], [{'Item': key}])

    def test_statements(self):
        self.client.execute_statement(Statement="INSERT INTO orders VALUE {'customer': ?, 'number': ?}",
                                      Parameters=[{'S': 'statements'}, {'N': '1'}])
        with self.assertRaises(self.client.exceptions.DuplicateItemException):
            self.client.execute_statement(Statement="INSERT INTO orders VALUE {'customer': 'statements', 'number': 1}")
        got = self.client.execute_statement(Statement="SELECT number FROM orders WHERE customer = 'statements'")
        self.assertEqual(got['Items'], [{'number': {'N': '1'}}])

    def test_threads(self):
        key = {'customer': 'threads', 'number': 1}
        self.table.put_item(Item={**key, 'n': 0})

        def add(_):
            self.client.update_item(TableName='orders', Key={'customer': {'S': 'threads'}, 'number': {'N': '1'}},
                                    UpdateExpression='ADD n :one', ExpressionAttributeValues={':one': {'N': '1'}})
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(add, range(400)))
        self.assertEqual(self.table.get_item(Key=key)['Item']['n'], 400)

    def test_streams(self):
        arn = self.client.describe_table(TableName='orders')['Table']['LatestStreamArn']
        key = {'customer': 'streams', 'number': 1}
        self.table.put_item(Item={**key, 'v': 1})
        self.table.put_item(Item={**key, 'v': 2})
        self.table.delete_item(Key=key)
        events = []
        for shard in self.streams.describe_stream(StreamArn=arn)['StreamDescription']['Shards']:
            iterator = self.streams.get_shard_iterator(StreamArn=arn, ShardId=shard['ShardId'],
                                                       ShardIteratorType='TRIM_HORIZON')['ShardIterator']
            while iterator:
                page = self.streams.get_records(ShardIterator=iterator)
                if not page['Records']:
                    break
                events += [r['eventName'] for r in page['Records'] if r['dynamodb']['Keys']['customer'] == {'S': 'streams'}]
                iterator = page.get('NextShardIterator')
        self.assertEqual(events, ['INSERT', 'MODIFY', 'REMOVE'])

    def test_tables_come_and_go(self):
        table = self.make('passing')
        self.assertIn('passing', [t.name for t in self.resource.tables.all()])
        table.delete()
        table.wait_until_not_exists()
        with self.assertRaises(self.client.exceptions.ResourceNotFoundException):
            self.client.describe_table(TableName='passing')


if __name__ == '__main__':
    unittest.main(verbosity=1)
