// node admin_test.mjs ENDPOINT CHROMIUM: dynamodb-admin in a headless browser shows a table, adds an item, edits it,
// finds it and deletes it; what is stored is asked from the endpoint itself.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import puppeteer from 'puppeteer-core';

const [endpoint, chromium] = process.argv.slice(2);
const kStepMs = 30_000;

async function ask(operation, request) {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: { 'X-Amz-Target': `DynamoDB_20120810.${operation}`, 'Content-Type': 'application/x-amz-json-1.0' },
    body: JSON.stringify(request),
  });
  const body = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(body));
  return body;
}

const item = async () => (await ask('GetItem', { TableName: 'songs', Key: { artist: { S: 'Mara' }, no: { N: '1' } } })).Item;

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

async function waitFor(url) {
  for (const end = Date.now() + kStepMs; Date.now() < end; await sleep(100)) {
    try {
      if ((await fetch(url)).ok) return;
    } catch { /* not yet */ }
  }
  throw new Error(`${url} does not answer`);
}

// By the endpoint: dynamodb-admin's form sends capacities as strings, which DynamoDB refuses as well.
async function makeTable(page, base) {
  await ask('CreateTable', {
    TableName: 'songs', BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'artist', AttributeType: 'S' }, { AttributeName: 'no', AttributeType: 'N' }],
    KeySchema: [{ AttributeName: 'artist', KeyType: 'HASH' }, { AttributeName: 'no', KeyType: 'RANGE' }],
  });
  await page.goto(base);
  assert.match(await page.evaluate(() => document.body.innerText), /songs/);
}

async function saveItem(page, value) {
  await page.waitForFunction(() => typeof editor !== 'undefined');
  await page.evaluate((text) => editor.setValue(text), JSON.stringify(value));
  await page.click('#saveButton');
}

async function run(page, base) {
  await makeTable(page, base);
  await page.goto(`${base}/tables/songs/add-item`);
  const added = page.waitForNavigation();
  await saveItem(page, { artist: 'Mara', no: 1, title: 'Late Tram', tags: ['a', { deep: null }], live: true });
  await added;
  assert.deepEqual(await item(), {
    artist: { S: 'Mara' }, no: { N: '1' }, title: { S: 'Late Tram' }, live: { BOOL: true },
    tags: { L: [{ S: 'a' }, { M: { deep: { NULL: true } } }] },
  });

  // The page of the item that it went to.
  await saveItem(page, { artist: 'Mara', no: 1, title: 'Glass Harbour' });
  await page.waitForSelector('#saveButton.btn-success');
  assert.deepEqual(await item(), { artist: { S: 'Mara' }, no: { N: '1' }, title: { S: 'Glass Harbour' } });

  await page.goto(`${base}/tables/songs`);
  await page.waitForFunction(() => document.body.innerText.includes('Glass Harbour'));
  await page.goto(`${base}/tables/songs/meta`);
  assert.match(await page.evaluate(() => document.body.innerText), /KeySchema/);

  await page.goto(`${base}/tables/songs/items/Mara,1`);
  await Promise.all([page.waitForNavigation(), page.click('.btn-danger')]);
  assert.equal(await item(), undefined);
}

const port = await freePort();
const base = `http://127.0.0.1:${port}`;
const admin = spawn(process.execPath, ['node_modules/dynamodb-admin/dist/dynamodb-admin.js', '--host', '127.0.0.1',
  '--port', String(port), '--dynamo-endpoint', endpoint], {
  stdio: 'ignore',
  env: { ...process.env, AWS_REGION: 'local', AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' },
});
let browser;
try {
  await waitFor(base);
  browser = await puppeteer.launch({ executablePath: chromium, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
  const page = await browser.newPage();
  page.setDefaultTimeout(kStepMs);
  await run(page, base);
  console.log('1 passed, 0 failed');
} finally {
  await browser?.close();
  admin.kill();
}
