// The SDK for JavaScript on Parton. Start `parton serve` first; ENDPOINT is another address than its default.
import { CreateTableCommand, DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';

const client = new DynamoDBClient({
  endpoint: process.env.ENDPOINT ?? 'http://127.0.0.1:8000',
  region: 'us-east-1',
  credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
});
const db = DynamoDBDocumentClient.from(client);
const TableName = 'songs';

await client.send(new CreateTableCommand({
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [{ AttributeName: 'artist', KeyType: 'HASH' }, { AttributeName: 'title', KeyType: 'RANGE' }],
  AttributeDefinitions: ['artist', 'title'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
}));
await db.send(new PutCommand({ TableName, Item: { artist: 'Mara Vance', title: 'Late Tram', plays: 410 } }));
const { Attributes } = await db.send(new UpdateCommand({
  TableName,
  Key: { artist: 'Mara Vance', title: 'Late Tram' },
  UpdateExpression: 'ADD plays :one',
  ExpressionAttributeValues: { ':one': 1 },
  ReturnValues: 'UPDATED_NEW',
}));
console.log(`played ${Attributes.plays} times`);
const { Items } = await db.send(new QueryCommand({
  TableName,
  KeyConditionExpression: 'artist = :a',
  ExpressionAttributeValues: { ':a': 'Mara Vance' },
}));
for (const song of Items) console.log(song.title);
await client.send(new DeleteTableCommand({ TableName }));
