'use strict';

const assert = require('node:assert');
const test = require('node:test');
const parton = require('..');

function songs() {
  const db = parton.openSync(':memory:', { background: false, cacheBytes: 8 << 20 });
  db.scriptSync("CREATE TABLE songs (id NUMBER, PRIMARY KEY (id)) WITH (stream = 'both images')");
  return db;
}

async function all(feed) {
  const changes = [];
  for await (const change of feed) changes.push(change);
  return changes;
}

test('a feed gives what happened, in order', async () => {
  const db = songs();
  const feed = db.feed('songs', { timeout: 0 });
  const table = db.table('songs');
  await table.put({ id: 1, plays: 1 });
  await table.update({ id: 1 }, 'SET plays = plays + :n', { values: { ':n': 1 } });
  await table.delete({ id: 1 });
  const changes = await all(feed);
  assert.deepStrictEqual(
    changes.map((c) => [c.event, c.keys, c.old?.plays, c.new?.plays, c.byTtl]),
    [
      ['INSERT', { id: 1 }, undefined, 1, false],
      ['MODIFY', { id: 1 }, 1, 2, false],
      ['REMOVE', { id: 1 }, 2, undefined, false],
    ],
  );
  assert.ok(changes[0].sequence < changes[1].sequence);
  assert.strictEqual(feed.position, changes[2].sequence);
  assert.ok(Math.abs(changes[0].created - Date.now()) < 60000);
  feed.seek(changes[0].sequence);
  assert.strictEqual(feed.readSync().length, 2);
  feed.close();
  await db.close();
});

test('a consumer goes on where it acknowledged', async () => {
  const db = songs();
  for (let id = 0; id < 5; ++id) db.table('songs').putSync({ id });
  const seen = [];
  let feed = db.feed('songs', { consumer: 'c', start: 'beginning', timeout: 0 });
  for await (const change of feed) {
    seen.push(change.keys.id);
    await feed.acknowledge();
    if (seen.length === 2) break;
  }
  feed.close();
  feed = db.feed('songs', { consumer: 'c', timeout: 0 });
  await assert.rejects(
    db.transaction(async (t) => {
      await feed.read(1);
      await feed.acknowledge(t);
      throw new Error('undone');
    }),
    /undone/,
  );
  feed.close();
  feed = db.feed('songs', { consumer: 'c', timeout: 0 });
  await db.transaction(async (t) => {
    seen.push(...(await feed.read()).map((c) => c.keys.id));
    await feed.acknowledge(t);
  });
  assert.deepStrictEqual(seen.sort(), [0, 1, 2, 3, 4]);
  feed.close();
  feed = db.feed('songs', { consumer: 'c', timeout: 0 });
  assert.deepStrictEqual(await all(feed), []);
  feed.forget();
  feed.close();
  db.closeSync();
});

test('a feed waits for changes, and close ends that', async () => {
  const db = songs();
  // More than Node has threads for work.
  const feeds = Array.from({ length: 6 }, () => db.feed('songs'));
  const waits = feeds.map((feed) => feed.wait());
  setTimeout(() => db.table('songs').putSync({ id: 7 }), 50);
  for (const changes of await Promise.all(waits)) assert.deepStrictEqual(changes[0].keys, { id: 7 });
  const ends = feeds.map(all);
  setTimeout(() => feeds.forEach((feed) => feed.close()), 50);
  assert.deepStrictEqual(await Promise.all(ends), [[], [], [], [], [], []]);
  feeds[0].close();
  await assert.rejects(feeds[0].read(), { code: 'ValidationException', message: /closed/ });
  assert.deepStrictEqual(await db.feed('songs').wait(1, 30), []);
  await db.close();
});

test('what is wrong', async () => {
  const db = songs();
  assert.throws(() => db.feed('none'), { code: 'ResourceNotFoundException' });
  for (const start of ['soon', -1, 1.5, {}]) assert.throws(() => db.feed('songs', { start }), TypeError);
  assert.throws(() => db.feed('songs', { timeout: -1 }), TypeError);
  const feed = db.feed('songs', { consumer: 'c' });
  assert.throws(() => db.feed('songs', { consumer: 'c' }), parton.PartonError);
  feed.close();
  await db.close();
  assert.throws(() => db.feed('songs'), /closed/);
});
