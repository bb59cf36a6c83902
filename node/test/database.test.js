'use strict';

const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const parton = require('..');

const MEMORY = { background: false, cacheBytes: 8 << 20 };

function songs() {
  const db = parton.openSync(':memory:', MEMORY);
  db.scriptSync(`
    CREATE TABLE songs (artist STRING, title STRING, PRIMARY KEY (artist, title));
    INSERT INTO songs << {'artist': 'Mara Vance', 'title': 'Late Tram', 'plays': 7},
                         {'artist': 'Mara Vance', 'title': 'Glass Harbour', 'plays': 40},
                         {'artist': 'Oke Lund', 'title': 'Undertow', 'plays': 12} >>`);
  return db;
}

function folder(t) {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'parton-node-'));
  t.after(() => fs.rmSync(made, { recursive: true, force: true }));
  return made;
}

test('statements, both faces', async () => {
  const db = songs();
  const statement = 'SELECT title, plays FROM songs WHERE artist = ?';
  const expected = [{ title: 'Undertow', plays: 12 }];
  assert.deepStrictEqual(db.allSync(statement, ['Oke Lund']), expected);
  assert.deepStrictEqual(await db.all(statement, ['Oke Lund']), expected);
  assert.deepStrictEqual(await db.get('SELECT VALUE s.plays FROM songs AS s WHERE s.title = :t', { t: 'Late Tram' }), 7);
  assert.strictEqual(db.getSync('1 + 1'), 2);
  assert.strictEqual(db.getSync("SELECT * FROM songs WHERE artist = 'x'"), undefined);
  const changed = await db.execute("UPDATE songs SET plays = plays + 1 WHERE artist = 'Mara Vance'");
  assert.deepStrictEqual([changed.kind, changed.affected, changed.rows], ['changed', 2, []]);
  const returned = db.executeSync("DELETE FROM songs WHERE artist = 'Oke Lund' AND title = 'Undertow' RETURNING ALL OLD *");
  assert.strictEqual(returned.rows[0].plays, 12);
  const result = await db.execute('SELECT title, plays FROM songs');
  assert.deepStrictEqual(result.columns, ['title', 'plays']);
  assert.strictEqual(result.stats.itemsExamined, 2);
  assert.match((await db.execute('EXPLAIN SELECT * FROM songs')).text, /songs/);
  assert.deepStrictEqual(db.tables(), ['songs']);
  await db.close();
});

test('errors', async () => {
  const db = songs();
  const wrong = { name: 'PartonError', code: 'ResourceNotFoundException', hint: 'did you mean "songs"?', retryable: false };
  await assert.rejects(db.all('SELECT * FROM song'), wrong);
  assert.throws(() => db.allSync('SELECT * FROM song'), wrong);
  await assert.rejects(db.all('SELECT * FROM song'), (e) => e instanceof parton.PartonError && e.position.column === 15);
  await assert.rejects(db.all(7), TypeError);
  await assert.rejects(db.all('SELECT VALUE ?', 'x'), TypeError);
  await assert.rejects(db.all('SELECT VALUE ?', [() => 0]), TypeError);
  await db.close();
  await assert.rejects(db.all('1'), /closed/);
  assert.throws(() => db.tables(), /closed/);
  await db.close();
});

test('rows stream', async () => {
  const db = songs();
  await db.script('CREATE TABLE numbers (id NUMBER, PRIMARY KEY (id))');
  db.transactionSync((t) => {
    for (let n = 0; n < 1000; n++) t.executeSync('INSERT INTO numbers VALUE ?', [{ id: n }]);
  });
  let sum = 0;
  const rows = db.query('SELECT VALUE n.id FROM numbers AS n');
  for await (const n of rows) {
    if (sum === 0) await db.execute('DELETE FROM numbers WHERE id > 990');
    sum += n;
  }
  assert.strictEqual(sum, 499500);
  assert.strictEqual(rows.stats.itemsExamined, 1000);
  await assert.rejects(rows.all(), /already/);
  for await (const n of db.query('SELECT VALUE n.id FROM numbers AS n')) {
    assert.strictEqual(typeof n, 'number');
    break;
  }
  let count = 0;
  for (const n of db.iterateSync('SELECT VALUE n.id FROM numbers AS n')) {
    assert.strictEqual(typeof n, 'number');
    if (++count === 3) break;
  }
  assert.strictEqual((await db.query('SELECT * FROM numbers').all()).length, 991);
  await db.close();
});

test('statements side by side', async () => {
  const db = songs();
  const all = await Promise.all(Array.from({ length: 40 }, (_, n) => db.get('SELECT VALUE ?', [n])));
  assert.deepStrictEqual(all, Array.from({ length: 40 }, (_, n) => n));
  await db.close();
});

test('transactions', async () => {
  const db = songs();
  const plays = () => db.getSync("SELECT VALUE s.plays FROM songs AS s WHERE s.title = 'Undertow'");
  const result = await db.transaction(async (t) => {
    await t.execute("UPDATE songs SET plays = 100 WHERE artist = 'Oke Lund' AND title = 'Undertow'");
    assert.strictEqual(plays(), 12);
    return 'done';
  });
  assert.deepStrictEqual([result, plays()], ['done', 100]);
  await assert.rejects(
    db.transaction(async (t) => {
      await t.execute("DELETE FROM songs WHERE artist = 'Oke Lund'");
      throw new RangeError('no');
    }),
    RangeError,
  );
  assert.strictEqual(plays(), 100);
  let attempts = 0;
  await db.transaction(async (t) => {
    const [now] = await t.all("SELECT VALUE s.plays FROM songs AS s WHERE s.title = 'Undertow'");
    if (++attempts === 1) await db.execute("UPDATE songs SET plays = 200 WHERE artist = 'Oke Lund' AND title = 'Undertow'");
    await t.execute("UPDATE songs SET plays = ? WHERE artist = 'Oke Lund' AND title = 'Undertow'", [now + 1]);
  });
  assert.deepStrictEqual([attempts, plays()], [2, 201]);
  let kept;
  await db.transaction((t) => {
    kept = t;
  });
  await assert.rejects(kept.execute('1'), /ended/);
  await assert.rejects(
    db.transaction((t) => Promise.all([t.execute('1'), t.execute('2')])),
    /await it first/,
  );
  assert.throws(() => db.transactionSync(async () => 1), /async/);
  assert.strictEqual(
    db.transactionSync((t) => t.getSync('1 + 1')),
    2,
  );
  await db.close();
});

test('tables', async () => {
  const db = songs();
  const table = db.table('songs');
  const key = { artist: 'Oke Lund', title: 'Undertow' };
  assert.deepStrictEqual(await table.get(key), { ...key, plays: 12 });
  assert.strictEqual(await table.get({ artist: 'x', title: 'y' }), undefined);
  assert.deepStrictEqual(table.getSync(key, { projection: 'plays' }), { plays: 12 });
  await table.put({ artist: 'New', title: 'One', tags: new Set(['a']) });
  assert.deepStrictEqual(table.getSync({ artist: 'New', title: 'One' }).tags, new Set(['a']));
  await assert.rejects(table.put(key, { condition: 'attribute_not_exists(artist)' }), { code: 'ConditionalCheckFailedException' });
  const updated = await table.update(key, 'SET plays = plays + :n', { values: { ':n': 1 }, returning: 'updatedNew' });
  assert.deepStrictEqual(updated, { plays: 13 });
  assert.strictEqual((await table.delete(key, { returning: 'allOld' })).plays, 13);
  const titles = [];
  for await (const song of table.query({ equal: { artist: 'Mara Vance' }, reverse: true })) titles.push(song.title);
  assert.deepStrictEqual(titles, ['Late Tram', 'Glass Harbour']);
  for (let n = 0; n < 300; n++) table.putSync({ artist: `a${n}`, title: 't', text: 'x'.repeat(5000) });
  assert.strictEqual([...table.scanSync()].length, 303);
  assert.strictEqual([...table.scanSync({ limit: 7 })].length, 7);
  assert.strictEqual([...table.scanSync({ filter: 'plays > :p', values: { ':p': 10 }, limit: 5 })].length, 1);
  await assert.rejects(db.table('nothing').get({ id: 1 }), { code: 'ResourceNotFoundException' });
  await db.close();
});

test('one database for one path', async (t) => {
  const where = path.join(folder(t), 'db');
  const first = await parton.open(where);
  const second = await parton.open(where);
  await first.script('CREATE TABLE notes (id NUMBER, PRIMARY KEY (id))');
  await second.table('notes').put({ id: 1 });
  await first.close();
  assert.deepStrictEqual(await second.table('notes').get({ id: 1 }), { id: 1 });
  await second.close();
  const again = parton.openSync(where, { readOnly: true });
  await assert.rejects(again.table('notes').put({ id: 2 }), parton.PartonError);
  again.closeSync();
  await assert.rejects(parton.open(`${where}/none`, { create: false }), parton.PartonError);
});

test('cancel', async () => {
  const db = songs();
  db.transactionSync((t) => {
    for (let n = 0; n < 300; n++) t.executeSync('INSERT INTO songs VALUE ?', [{ artist: 'n', title: String(n) }]);
  });
  const endless = db.all('SELECT COUNT(*) FROM songs AS a, songs AS b, songs AS c, songs AS d WHERE a.x + b.x + c.x + d.x = 1');
  setTimeout(() => db.cancel(), 200);
  await assert.rejects(endless, parton.PartonError);
  assert.strictEqual(await db.get('1 + 1'), 2);
  await db.close();
});

test('the process ends with all of it open', () => {
  const program = `
    const parton = require(${JSON.stringify(path.join(__dirname, '..'))});
    const db = parton.openSync();
    const rows = db.iterateSync('SELECT VALUE x FROM [1, 2, 3] AS x');
    rows.next();
    console.log('end');`;
  assert.strictEqual(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8', timeout: 30000 }), 'end\n');
});

test('an endpoint', { skip: process.env.PARTON === undefined && 'no program parton' }, async (t) => {
  const schema = path.join(folder(t), 'schema.sql');
  fs.writeFileSync(schema, 'CREATE TABLE songs (id NUMBER, PRIMARY KEY (id));\n');
  const server = await parton.start({ schema });
  const answer = await fetch(server.endpoint, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.0',
      'X-Amz-Target': 'DynamoDB_20120810.ListTables',
      Authorization: 'AWS4-HMAC-SHA256 Credential=parton/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=x',
      'X-Amz-Date': new Date().toISOString().replace(/[-:]|\.\d+/g, ''),
    },
    body: '{}',
  });
  assert.deepStrictEqual(await answer.json(), { TableNames: ['songs'] });
  await server.stop();
  await assert.rejects(fetch(server.endpoint));
  await assert.rejects(parton.start({ program: '/nowhere/parton' }), /did not start/);
});
