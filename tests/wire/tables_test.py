#!/usr/bin/env python3
"""Tables, streams, backups, exports and imports through the endpoint, and what of them survives a restart."""
import json, os, shutil, tempfile, time, unittest
from support import Client, Server

KEY = [{'AttributeName': 'pk', 'KeyType': 'HASH'}]
PK = [{'AttributeName': 'pk', 'AttributeType': 'S'}]
BOTH = {'StreamEnabled': True, 'StreamViewType': 'NEW_AND_OLD_IMAGES'}


class Tables(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp()
        os.mkdir(self.directory + '/s3')
        self.server = Server('--s3', self.directory + '/s3', database=self.directory + '/db')
        self.server.start()
        self.client = Client(self.server)

    def tearDown(self):
        self.client.close()
        self.assertEqual(self.server.stop(), 0, self.server.errors())
        self.server.log.close()
        shutil.rmtree(self.directory)

    def restart(self):
        self.client.close()
        self.assertEqual(self.server.stop(), 0, self.server.errors())
        self.server.start()
        self.client = Client(self.server)

    def call(self, operation, **request):
        status, _, body = self.client.raw(operation, json.dumps(request).encode())
        answer = json.loads(body) if body else {}
        self.assertEqual(status, 200, (operation, request, answer))
        return answer

    def error(self, operation, **request):
        status, _, body = self.client.raw(operation, json.dumps(request).encode())
        self.assertEqual(status, 400, (operation, request, body))
        answer = json.loads(body)
        return answer['__type'].split('#')[1], answer.get('message', answer.get('Message'))

    def create(self, name, **more):
        return self.call('CreateTable', TableName=name, KeySchema=KEY, AttributeDefinitions=PK,
                         BillingMode='PAY_PER_REQUEST', **more)['TableDescription']

    def put(self, table, pk, **more):
        self.call('PutItem', TableName=table, Item={'pk': {'S': pk}, **more})

    def keys(self, table):
        return sorted(i['pk']['S'] for i in self.call('Scan', TableName=table)['Items'])

    def records(self, arn, kind='TRIM_HORIZON', iterator=None, **more):
        """The keys and names of events until nothing comes, and the iterator then."""
        if iterator is None:
            shard = self.call('Streams.DescribeStream', StreamArn=arn)['StreamDescription']['Shards'][0]['ShardId']
            iterator = self.call('Streams.GetShardIterator', StreamArn=arn, ShardId=shard, ShardIteratorType=kind,
                                 **more)['ShardIterator']
        seen = []
        while True:
            page = self.call('Streams.GetRecords', ShardIterator=iterator)
            seen += page['Records']
            iterator = page.get('NextShardIterator')
            if iterator is None or not page['Records']:
                return seen, iterator

    def test_table_keeps_what_it_was_given(self):
        made = self.create('keep', Tags=[{'Key': 'a', 'Value': 'b'}], StreamSpecification=BOTH,
                           SSESpecification={'Enabled': True, 'SSEType': 'KMS', 'KMSMasterKeyId': 'k'},
                           TableClass='STANDARD_INFREQUENT_ACCESS', DeletionProtectionEnabled=True)
        self.restart()
        table = self.call('DescribeTable', TableName='keep')['Table']
        self.assertEqual(table['TableId'], made['TableId'])
        self.assertEqual(table['LatestStreamArn'], made['LatestStreamArn'])
        self.assertEqual(table['CreationDateTime'], made['CreationDateTime'])
        self.assertEqual(table['SSEDescription']['Status'], 'ENABLED')
        self.assertEqual(table['TableClassSummary'], {'TableClass': 'STANDARD_INFREQUENT_ACCESS'})
        self.assertEqual(self.call('ListTagsOfResource', ResourceArn=table['TableArn'])['Tags'],
                         [{'Key': 'a', 'Value': 'b'}])
        self.assertEqual(self.call('DescribeTable', TableName=table['TableArn'])['Table']['TableName'], 'keep')
        self.assertEqual(self.error('DeleteTable', TableName='keep')[0], 'ValidationException')
        self.call('UpdateTable', TableName='keep', DeletionProtectionEnabled=False)
        self.call('DeleteTable', TableName='keep')

    def test_streams(self):
        arn = self.create('stream', StreamSpecification=BOTH)['LatestStreamArn']
        for i in range(3):
            self.put('stream', str(i), n={'N': str(i)})
        self.call('DeleteItem', TableName='stream', Key={'pk': {'S': '1'}})
        records, after = self.records(arn)
        self.assertEqual([r['eventName'] for r in records], ['INSERT'] * 3 + ['REMOVE'])
        numbers = [r['dynamodb']['SequenceNumber'] for r in records]
        self.assertEqual(numbers, sorted(numbers))
        self.assertTrue(all(21 <= len(n) <= 40 for n in numbers))
        self.assertEqual(len({r['eventID'] for r in records}), 4)
        self.assertEqual(records[3]['dynamodb'], {
            'ApproximateCreationDateTime': records[3]['dynamodb']['ApproximateCreationDateTime'],
            'Keys': {'pk': {'S': '1'}}, 'OldImage': {'pk': {'S': '1'}, 'n': {'N': '1'}}, 'SequenceNumber': numbers[3],
            'SizeBytes': 9, 'StreamViewType': 'NEW_AND_OLD_IMAGES'})
        self.assertEqual((records[0]['eventVersion'], records[0]['eventSource'], records[0]['awsRegion']),
                         ('1.1', 'aws:dynamodb', 'us-east-1'))
        self.assertEqual(len(self.records(arn, 'AT_SEQUENCE_NUMBER', SequenceNumber=numbers[2])[0]), 2)
        self.assertEqual(len(self.records(arn, 'AFTER_SEQUENCE_NUMBER', SequenceNumber=numbers[2])[0]), 1)
        self.assertEqual(self.records(arn, 'LATEST')[0], [])
        # An iterator survives a restart, and says so if it was changed.
        self.restart()
        self.put('stream', 'later')
        self.assertEqual([r['dynamodb']['Keys'] for r in self.records(arn, iterator=after)[0]],
                         [{'pk': {'S': 'later'}}])
        self.assertEqual(self.error('Streams.GetRecords', ShardIterator='A' + after[1:])[0], 'ValidationException')
        # Switched off, and dropped: it can be read by its ARN, and its shard has an end.
        self.call('UpdateTable', TableName='stream', StreamSpecification={'StreamEnabled': False})
        self.call('DeleteTable', TableName='stream')
        self.restart()
        listed = self.call('Streams.ListStreams', TableName='stream')['Streams']
        self.assertEqual([s['StreamArn'] for s in listed], [arn])
        stream = self.call('Streams.DescribeStream', StreamArn=arn)['StreamDescription']
        self.assertEqual(stream['StreamStatus'], 'DISABLED')
        self.assertIn('EndingSequenceNumber', stream['Shards'][0]['SequenceNumberRange'])
        records, after = self.records(arn)
        self.assertEqual((len(records), after), (5, None))
        self.assertEqual(self.error('Streams.DescribeStream', StreamArn=arn + '0')[0], 'ResourceNotFoundException')

    def test_time_to_live_in_the_stream(self):
        arn = self.create('expiring', StreamSpecification=BOTH)['LatestStreamArn']
        self.call('UpdateTimeToLive', TableName='expiring',
                  TimeToLiveSpecification={'Enabled': True, 'AttributeName': 'at'})
        self.put('expiring', 'a', at={'N': str(int(time.time()) - 10)})
        often = json.dumps({'Statement': "SET ttl_interval = '1 second'"}).encode()
        status, _, _ = self.client.raw('ExecuteStatement', often, {'x-parton-dialect': 'extended'})
        self.assertEqual(status, 200)
        for _ in range(30):
            records, _ = self.records(arn)
            if len(records) == 2:
                break
            time.sleep(1)
        self.assertEqual(records[1]['eventName'], 'REMOVE')
        self.assertEqual(records[1]['userIdentity']['type'], 'Service')
        self.assertEqual(records[1]['userIdentity']['principalId'], 'dynamodb.amazonaws.com')

    def test_backups(self):
        self.create('source', StreamSpecification=BOTH)
        self.put('source', 'a')
        details = self.call('CreateBackup', TableName='source', BackupName='first')['BackupDetails']
        arn = details['BackupArn']
        self.put('source', 'b')
        self.restart()
        self.call('DeleteTable', TableName='source')
        described = self.call('DescribeBackup', BackupArn=arn)['BackupDescription']
        self.assertEqual(described['SourceTableDetails']['ItemCount'], 1)
        self.assertEqual(described['SourceTableFeatureDetails']['StreamDescription'], BOTH)
        listed = self.call('ListBackups', TableName='source')['BackupSummaries']
        self.assertEqual([b['BackupArn'] for b in listed], [arn])
        self.assertEqual(self.call('ListBackups', BackupType='SYSTEM')['BackupSummaries'], [])
        table = self.call('RestoreTableFromBackup', BackupArn=arn, TargetTableName='target')['TableDescription']
        self.assertEqual(table['RestoreSummary']['SourceBackupArn'], arn)
        self.assertEqual(self.keys('target'), ['a'])
        self.assertEqual(self.error('RestoreTableFromBackup', BackupArn=arn, TargetTableName='target')[0],
                         'TableAlreadyExistsException')
        self.assertEqual(self.call('DeleteBackup', BackupArn=arn)['BackupDescription']['BackupDetails']['BackupStatus'],
                         'DELETED')
        self.assertEqual(self.error('DescribeBackup', BackupArn=arn)[0], 'BackupNotFoundException')
        self.assertEqual(self.error('CreateBackup', TableName='nothing', BackupName='abc')[0], 'TableNotFoundException')
        # Under another table's name it is none: keys may be restricted to tables.
        other = self.call('CreateBackup', TableName='target', BackupName='second')['BackupDetails']['BackupArn']
        self.assertEqual(self.error('DescribeBackup', BackupArn=other.replace('table/target', 'table/other'))[0],
                         'BackupNotFoundException')

    def test_point_in_time(self):
        self.create('history')
        self.put('history', 'a')
        self.assertEqual(self.error('RestoreTableToPointInTime', SourceTableName='history', TargetTableName='target',
                                    UseLatestRestorableTime=True)[0], 'PointInTimeRecoveryUnavailableException')
        spec = {'PointInTimeRecoveryEnabled': True}
        on = self.call('UpdateContinuousBackups', TableName='history', PointInTimeRecoverySpecification=spec)
        window = on['ContinuousBackupsDescription']['PointInTimeRecoveryDescription']
        self.assertEqual(window['PointInTimeRecoveryStatus'], 'ENABLED')
        time.sleep(0.05)
        moment = time.time()
        time.sleep(0.05)
        self.put('history', 'b')
        self.call('DeleteItem', TableName='history', Key={'pk': {'S': 'a'}})
        self.restart()
        restore = lambda target, **time: self.call('RestoreTableToPointInTime', SourceTableName='history',
                                                   TargetTableName=target, **time)
        restore('before', RestoreDateTime=moment)
        restore('now', UseLatestRestorableTime=True)
        self.assertEqual((self.keys('before'), self.keys('now')), (['a'], ['b']))
        self.assertEqual(self.error('RestoreTableToPointInTime', SourceTableName='history', TargetTableName='never',
                                    RestoreDateTime=moment - 3600)[0], 'InvalidRestoreTimeException')

    def test_exports_and_imports(self):
        table = self.create('out')
        for i in range(20):
            self.put('out', 'k%02d' % i, n={'N': str(i)}, s={'SS': ['x', 'y']})
        export = self.call('ExportTableToPointInTime', TableArn=table['TableArn'], S3Bucket='my-bucket', S3Prefix='a/b')
        export = export['ExportDescription']
        self.assertEqual((export['ExportStatus'], export['ItemCount']), ('COMPLETED', 20))
        self.restart()
        self.assertEqual(self.call('DescribeExport', ExportArn=export['ExportArn'])['ExportDescription'], export)
        self.assertEqual([e['ExportArn'] for e in self.call('ListExports')['ExportSummaries']], [export['ExportArn']])
        folder = os.path.dirname(export['ExportManifest'])
        done = self.call('ImportTable', S3BucketSource={'S3Bucket': 'my-bucket', 'S3KeyPrefix': folder + '/data/'},
                         InputFormat='DYNAMODB_JSON', InputCompressionType='GZIP',
                         TableCreationParameters={'TableName': 'again', 'KeySchema': KEY, 'AttributeDefinitions': PK,
                                                  'BillingMode': 'PAY_PER_REQUEST'})['ImportTableDescription']
        self.assertEqual((done['ImportedItemCount'], done['ErrorCount']), (20, 0))
        self.assertEqual(self.call('DescribeImport', ImportArn=done['ImportArn'])['ImportTableDescription'], done)
        self.restart()
        self.assertEqual(self.call('DescribeImport', ImportArn=done['ImportArn'])['ImportTableDescription'], done)
        self.assertEqual(self.call('ListImports')['ImportSummaryList'][0]['ImportArn'], done['ImportArn'])
        self.assertEqual(self.call('Scan', TableName='again')['Items'], self.call('Scan', TableName='out')['Items'])
        with open(self.directory + '/s3/my-bucket/rows.csv', 'w') as f:
            f.write('pk,year,name\na,2001,x\n,2002,y\nb,2003,\n')
        source = {'S3Bucket': 'my-bucket', 'S3KeyPrefix': 'rows'}
        done = self.call('ImportTable', S3BucketSource=source, InputFormat='CSV',
                         TableCreationParameters={'TableName': 'rows', 'KeySchema': KEY, 'AttributeDefinitions': PK,
                                                  'BillingMode': 'PAY_PER_REQUEST'})['ImportTableDescription']
        self.assertEqual((done['ImportedItemCount'], done['ErrorCount']), (2, 1))
        self.assertEqual(self.call('GetItem', TableName='rows', Key={'pk': {'S': 'b'}})['Item'],
                         {'pk': {'S': 'b'}, 'year': {'S': '2003'}})
        for bucket in ('../x', 'UPPER', '.hidden'):
            self.assertEqual(self.error('ExportTableToPointInTime', TableArn=table['TableArn'], S3Bucket=bucket)[0],
                             'ValidationException')

    def test_keys_of_several_attributes(self):
        """A global index has up to four attributes in each part of its key."""
        def schema(hashes, ranges=''):
            return [{'AttributeName': a, 'KeyType': 'HASH'} for a in hashes] + \
                   [{'AttributeName': a, 'KeyType': 'RANGE'} for a in ranges]

        def index(name, hashes, ranges='', **more):
            return {'IndexName': name, 'KeySchema': schema(hashes, ranges), 'Projection': {'ProjectionType': 'ALL'}, **more}

        def types(**of):
            return [{'AttributeName': a, 'AttributeType': t} for a, t in of.items()]

        def create(name, indexes, **of):
            return dict(TableName=name, BillingMode='PAY_PER_REQUEST', AttributeDefinitions=types(pk='S', **of), KeySchema=KEY,
                        GlobalSecondaryIndexes=indexes)
        made = self.call('CreateTable', **create('games', [index('all', 'ab', 'cde')], a='S', b='N', c='S', d='N', e='B'))
        self.assertEqual(made['TableDescription']['GlobalSecondaryIndexes'][0]['KeySchema'], schema('ab', 'cde'))
        items = []
        for n in range(24):
            items.append({'pk': {'S': 'k%02d' % n}, 'a': {'S': 'x'}, 'b': {'N': str(n % 2)}, 'c': {'S': 'c%d' % (n // 2 % 3)},
                          'd': {'N': str(n)}, 'e': {'B': 'AAAA'}})
        items.append({'pk': {'S': 'no sort key'}, 'a': {'S': 'x'}, 'b': {'N': '0'}, 'c': {'S': 'c0'}})
        for item in items:
            self.call('PutItem', TableName='games', Item=item)
        self.error('PutItem', TableName='games', Item={'pk': {'S': 'bad'}, 'd': {'S': 'text'}})
        values = {':a': {'S': 'x'}, ':b': {'N': '0'}}

        def keys(condition, more=(), **request):
            answer = self.call('Query', TableName='games', IndexName='all', KeyConditionExpression='a = :a AND b = :b' + condition,
                               ExpressionAttributeValues={**values, **dict(more)}, **request)
            return [i['pk']['S'] for i in answer['Items']]
        mine = sorted((i['c']['S'], int(i['d']['N']), i['pk']['S']) for i in items[:24] if i['b']['N'] == '0')
        expected = [k for _, _, k in mine]
        self.assertEqual(keys(''), expected)
        self.assertEqual(keys('', ScanIndexForward=False), expected[::-1])
        self.assertEqual(keys(' AND c = :c', {':c': {'S': 'c1'}}), [k for c, _, k in mine if c == 'c1'])
        self.assertEqual(keys(' AND c > :c', {':c': {'S': 'c1'}}), [k for c, _, k in mine if c > 'c1'])
        self.assertEqual(keys(' AND begins_with(c, :c)', {':c': {'S': 'c'}}), expected)
        some = {':c': {'S': 'c1'}, ':d': {'N': '9'}, ':e': {'N': '15'}}
        self.assertEqual(keys(' AND c = :c AND d BETWEEN :d AND :e', some),
                         [k for c, d, k in mine if c == 'c1' and 9 <= d <= 15])
        some = {':c': {'S': 'c1'}, ':d': {'N': '8'}, ':e': {'B': 'AA=='}}
        self.assertEqual(keys(' AND c = :c AND d = :d AND begins_with(e, :e)', some), ['k08'])
        self.assertEqual(keys(' AND c = :c AND d = :d AND e < :e', some), [])
        # Pages.
        got, start = [], {}
        while True:
            page = self.call('Query', TableName='games', IndexName='all', KeyConditionExpression='a = :a AND b = :b AND c >= :c',
                             ExpressionAttributeValues={**values, ':c': {'S': 'c1'}}, Limit=3, **start)
            got += [i['pk']['S'] for i in page['Items']]
            if 'LastEvaluatedKey' not in page:
                break
            self.assertEqual(set(page['LastEvaluatedKey']), set('abcde') | {'pk'})
            start = {'ExclusiveStartKey': page['LastEvaluatedKey']}
        self.assertEqual(got, [k for c, _, k in mine if c >= 'c1'])
        last = start['ExclusiveStartKey']
        for wrong in ({k: v for k, v in last.items() if k != 'd'}, {**last, 'b': {'N': '1'}}, {**last, 'c': {'S': 'c0'}},
                      {**last, 'd': {'S': '1'}}):
            self.error('Query', TableName='games', IndexName='all', KeyConditionExpression='a = :a AND b = :b AND c >= :c',
                       ExpressionAttributeValues={**values, ':c': {'S': 'c1'}}, ExclusiveStartKey=wrong)
        # Conditions from before expressions.
        equal = {'ComparisonOperator': 'EQ'}
        legacy = {'a': {**equal, 'AttributeValueList': [{'S': 'x'}]}, 'b': {**equal, 'AttributeValueList': [{'N': '0'}]},
                  'c': {**equal, 'AttributeValueList': [{'S': 'c2'}]},
                  'd': {'ComparisonOperator': 'GT', 'AttributeValueList': [{'N': '10'}]}}
        answer = self.call('Query', TableName='games', IndexName='all', KeyConditions=legacy)
        self.assertEqual([i['pk']['S'] for i in answer['Items']], [k for c, d, k in mine if c == 'c2' and d > 10])
        self.error('Query', TableName='games', KeyConditions=legacy)
        # What is no range of its keys.
        for condition in ('a = :a', 'a = :a AND b > :b', 'a = :a AND b = :b AND d = :b', 'a = :a AND b = :b AND pk = :a',
                          'a = :a AND b = :b AND c > :a AND d = :b', 'a = :a AND b = :a'):
            used = {k: v for k, v in values.items() if k in condition}
            self.error('Query', TableName='games', IndexName='all', KeyConditionExpression=condition,
                       ExpressionAttributeValues=used)
        self.error('Query', TableName='games', IndexName='all', KeyConditionExpression='a = :a AND b = :b',
                   FilterExpression='d > :b', ExpressionAttributeValues=values)
        scanned = self.call('Scan', TableName='games', IndexName='all')
        self.assertEqual(scanned['Count'], 24)
        parts = [self.call('Scan', TableName='games', IndexName='all', Segment=n, TotalSegments=3)['Items'] for n in range(3)]
        self.assertEqual(sorted(i['pk']['S'] for p in parts for i in p), ['k%02d' % n for n in range(24)])
        # An index that is made later, and all of it after a restart.
        self.call('UpdateTable', TableName='games', AttributeDefinitions=types(c='S', d='N'),
                  GlobalSecondaryIndexUpdates=[{'Create': index('later', 'cd')}])
        end = time.time() + 20
        while any(i['IndexStatus'] != 'ACTIVE' for i in
                  self.call('DescribeTable', TableName='games')['Table']['GlobalSecondaryIndexes']):
            self.assertLess(time.time(), end)
            time.sleep(0.05)
        self.restart()
        described = self.call('DescribeTable', TableName='games')['Table']
        self.assertEqual({i['IndexName']: i['KeySchema'] for i in described['GlobalSecondaryIndexes']},
                         {'all': schema('ab', 'cde'), 'later': schema('cd')})
        self.assertEqual(keys(''), expected)
        found = self.call('Query', TableName='games', IndexName='later', KeyConditionExpression='c = :c AND d = :d',
                          ExpressionAttributeValues={':c': {'S': 'c1'}, ':d': {'N': '8'}})
        self.assertEqual([i['pk']['S'] for i in found['Items']], ['k08'])
        self.error('ExecuteStatement', Statement="SELECT * FROM games.all WHERE a = 'x' AND b = 0")
        # What is no such key.
        strings = dict.fromkeys('abcde', 'S')
        for wrong in (index('all', 'abcde'), index('all', 'a', 'bcdeb'), {**index('all', ''), 'KeySchema': schema('', 'a') + schema('b')},
                      {**index('all', ''), 'KeySchema': schema('a', 'b') + schema('c')}, index('all', 'aa')):
            self.error('CreateTable', **create('wrong', [wrong], **{a: 'S' for a in strings}))
        self.error('CreateTable', TableName='wrong', BillingMode='PAY_PER_REQUEST', AttributeDefinitions=types(pk='S', a='S', b='S'),
                   KeySchema=[*KEY, *schema('', 'ab')])

    def test_segments_of_large_partitions(self):
        """Each item is in one segment, also where partitions of other segments are passed over."""
        self.call('CreateTable', TableName='large', BillingMode='PAY_PER_REQUEST',
                  KeySchema=[*KEY, {'AttributeName': 'sk', 'KeyType': 'RANGE'}],
                  AttributeDefinitions=[*PK, {'AttributeName': 'sk', 'AttributeType': 'N'}])
        items = [{'pk': {'S': 'p\0%d' % (n // 75)}, 'sk': {'N': str(n % 75)}} for n in range(600)]
        for at in range(0, 600, 25):
            puts = [{'PutRequest': {'Item': i}} for i in items[at:at + 25]]
            self.call('BatchWriteItem', RequestItems={'large': puts})
        for total, limit in ((1, 1000), (3, 1000), (3, 20), (40, 1000)):
            got = []
            for segment in range(total):
                page = {}
                while page == {} or 'LastEvaluatedKey' in page:
                    start = {'ExclusiveStartKey': page['LastEvaluatedKey']} if page else {}
                    page = self.call('Scan', TableName='large', Segment=segment, TotalSegments=total, Limit=limit, **start)
                    self.assertEqual(page['ScannedCount'], page['Count'])
                    got += [(i['pk']['S'], int(i['sk']['N'])) for i in page['Items']]
            self.assertEqual(sorted(got), sorted((i['pk']['S'], int(i['sk']['N'])) for i in items), (total, limit))

    def test_index_in_the_background(self):
        self.create('filled')
        for start in range(0, 3000, 25):
            items = [{'pk': {'S': 'k%d' % i}, 'g': {'S': 'g%d' % (i % 3)}} for i in range(start, start + 25)]
            self.call('BatchWriteItem', RequestItems={'filled': [{'PutRequest': {'Item': i}} for i in items]})
        create = {'IndexName': 'by_g', 'KeySchema': [{'AttributeName': 'g', 'KeyType': 'HASH'}],
                  'Projection': {'ProjectionType': 'KEYS_ONLY'}}
        table = self.call('UpdateTable', TableName='filled',
                          AttributeDefinitions=[{'AttributeName': 'g', 'AttributeType': 'S'}],
                          GlobalSecondaryIndexUpdates=[{'Create': create}])['TableDescription']
        self.assertIn(table['GlobalSecondaryIndexes'][0]['IndexStatus'], ('CREATING', 'ACTIVE'))
        for _ in range(600):
            index = self.call('DescribeTable', TableName='filled')['Table']['GlobalSecondaryIndexes'][0]
            if index['IndexStatus'] == 'ACTIVE':
                break
            time.sleep(0.05)
        self.assertEqual((index['IndexStatus'], index['ItemCount']), ('ACTIVE', 3000))
        found = self.call('Query', TableName='filled', IndexName='by_g', KeyConditionExpression='g = :g',
                          ExpressionAttributeValues={':g': {'S': 'g1'}}, Select='COUNT')
        self.assertEqual(found['Count'], 1000)
        again = {'GlobalSecondaryIndexUpdates': [{'Create': create}, {'Delete': {'IndexName': 'by_g'}}]}
        self.assertEqual(self.error('UpdateTable', TableName='filled', **again)[0], 'LimitExceededException')

    def test_wrong_requests(self):
        self.create('wrong')
        invalid = 'One or more parameter values were invalid: '
        self.assertEqual(self.error('UpdateTable', TableName='wrong')[0], 'ValidationException')
        self.assertEqual(self.error('CreateTable', TableName='two', KeySchema=KEY, AttributeDefinitions=PK),
                         ('ValidationException', invalid + 'ReadCapacityUnits and WriteCapacityUnits must both be '
                                                           'specified when BillingMode is PROVISIONED'))
        self.assertEqual(self.error('CreateTable', TableName='two', KeySchema=KEY, AttributeDefinitions=PK,
                                    BillingMode='PAY_PER_REQUEST', GlobalSecondaryIndexes=[]),
                         ('ValidationException', invalid + 'List of GlobalSecondaryIndexes is empty'))
        self.assertEqual(self.error('TagResource', ResourceArn='arn:aws:dynamodb:us-east-1:000000000000:table/none',
                                    Tags=[{'Key': 'a', 'Value': 'b'}])[0], 'ResourceNotFoundException')
        many = [{'Key': 'k%d' % i, 'Value': ''} for i in range(51)]
        arn = self.call('DescribeTable', TableName='wrong')['Table']['TableArn']
        self.assertEqual(self.error('TagResource', ResourceArn=arn, Tags=many)[0], 'ValidationException')


if __name__ == '__main__':
    unittest.main()
