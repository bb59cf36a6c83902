"""boto3 on Parton. Start `parton serve` first; ENDPOINT is another address than its default."""
import os

import boto3
from boto3.dynamodb.conditions import Attr, Key


def connect(endpoint):
    return boto3.resource('dynamodb', endpoint_url=endpoint, region_name='us-east-1', aws_access_key_id='any',
                          aws_secret_access_key='any')


def make_songs(db):
    return db.create_table(
        TableName='songs', BillingMode='PAY_PER_REQUEST',
        KeySchema=[{'AttributeName': 'artist', 'KeyType': 'HASH'}, {'AttributeName': 'title', 'KeyType': 'RANGE'}],
        AttributeDefinitions=[{'AttributeName': 'artist', 'AttributeType': 'S'},
                              {'AttributeName': 'title', 'AttributeType': 'S'}])


def main():
    db = connect(os.environ.get('ENDPOINT', 'http://127.0.0.1:8000'))
    songs = make_songs(db)
    songs.put_item(Item={'artist': 'Mara Vance', 'title': 'Glass Harbour', 'plays': 3200})
    songs.put_item(Item={'artist': 'Mara Vance', 'title': 'Late Tram', 'plays': 410})
    played = songs.update_item(Key={'artist': 'Mara Vance', 'title': 'Late Tram'}, UpdateExpression='ADD plays :one',
                               ConditionExpression=Attr('plays').exists(), ExpressionAttributeValues={':one': 1},
                               ReturnValues='UPDATED_NEW')['Attributes']
    print('played %d times' % played['plays'])
    for song in songs.query(KeyConditionExpression=Key('artist').eq('Mara Vance') & Key('title').begins_with('L'))['Items']:
        print(song['title'])
    songs.delete()


if __name__ == '__main__':
    main()
