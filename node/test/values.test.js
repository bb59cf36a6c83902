'use strict';

const assert = require('node:assert');
const test = require('node:test');
const parton = require('..');

const { Decimal } = parton;
const db = parton.openSync(':memory:', { background: false, cacheBytes: 8 << 20 });
const back = (value) => db.getSync('SELECT VALUE ?', [value]);

test.after(() => db.closeSync());

test('what goes in comes out', () => {
  for (const value of [
    undefined, null, true, false, 0, -1, 2 ** 53 - 1, -(2 ** 53) + 1, 2n ** 53n, -(2n ** 63n), 10n ** 37n, 0.1, -1e300, '',
    'ü🐜\0x', [], [1, [2, 'x']], {}, { a: { b: [null] } }, new Set(['x', 'y']), new Set([1, 2]), Buffer.from([0, 255]),
    new Date('2021-08-22T12:30:45.123Z'), new Date('1901-01-01T00:00:00Z'), new Date('0001-01-01T00:00:00Z'),
  ]) {
    assert.deepStrictEqual(back(value), value);
  }
});

test('decimals are exact', () => {
  const value = back(new Decimal('12345678901234567890.12345678901234567'));
  assert.ok(value instanceof Decimal);
  assert.strictEqual(String(value), '12345678901234567890.12345678901234567');
  assert.strictEqual(JSON.stringify({ value: back(new Decimal('1.50')) }), '{"value":"1.50"}');
  assert.strictEqual(back(new Decimal('1.50')).toNumber(), 1.5);
  assert.throws(() => new Decimal('x'), TypeError);
});

test('what is like a value', () => {
  assert.deepStrictEqual(back(new Map([['a', 1]])), { a: 1 });
  assert.deepStrictEqual(back(new Uint8Array([1, 2])), Buffer.from([1, 2]));
  assert.deepStrictEqual(back(new Uint8Array([1, 2]).buffer), Buffer.from([1, 2]));
  assert.deepStrictEqual(back({ a: undefined, b: 1 }), { b: 1 });
  assert.deepStrictEqual(db.getSync("SELECT VALUE <<1, 'x'>>"), [1, 'x']);
  assert.strictEqual(db.getSync("DATE '2021-08-22'"), '2021-08-22');
});

test('what is no value', () => {
  const endless = [];
  endless.push(endless);
  for (const value of [() => 0, Symbol('x'), new Float64Array(1), new Date(NaN), Promise.resolve(1)]) {
    assert.throws(() => back(value), TypeError);
  }
  for (const value of [10n ** 40n, 2n ** 200n, endless, new Decimal(`1.${'1'.repeat(45)}`)]) {
    assert.throws(() => back(value), RangeError);
  }
  assert.throws(() => back(new Set()), parton.PartonError);
  assert.throws(() => back(new Set([1, 'x'])), parton.PartonError);
});

test('an attribute named __proto__ is an attribute', () => {
  const got = db.getSync("SELECT VALUE {'__proto__': {'x': 1}, 'a': 2}");
  assert.deepStrictEqual(Object.keys(got).sort(), ['__proto__', 'a']);
  assert.strictEqual(Object.getPrototypeOf(got), Object.prototype);
  assert.strictEqual(got.x, undefined);
});

test('stored', () => {
  db.scriptSync('CREATE TABLE things (id NUMBER, PRIMARY KEY (id))');
  const item = { id: 1, big: 10n ** 30n, b: Buffer.from('x'), l: [1, null, true], s: new Set([1, 2]) };
  db.table('things').putSync(item);
  assert.deepStrictEqual(db.table('things').getSync({ id: 1 }), item);
});
