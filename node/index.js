'use strict';
// Parton for Node: the face of the native module. Types and documentation: index.d.ts.

const path = require('path');
const fs = require('fs');

const native = require(process.env.PARTON_NODE || findNative());

function findNative() {
  const beside = path.join(__dirname, 'parton.node');
  if (fs.existsSync(beside)) return beside;
  return path.join(__dirname, '..', 'build', 'release', 'node', 'parton', 'parton.node');
}

class PartonError extends Error {
  constructor(message, details = {}) {
    super(message);
    this.name = 'PartonError';
    Object.assign(this, details);
  }
}

// An exact decimal number: its text, and what JavaScript can do with it.
class Decimal {
  #text;
  constructor(value) {
    this.#text = String(value);
    if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(this.#text)) {
      throw new TypeError(`not a decimal number: ${this.#text}`);
    }
  }
  toString() {
    return this.#text;
  }
  toJSON() {
    return this.#text;
  }
  // The nearest number.
  toNumber() {
    return Number(this.#text);
  }
  valueOf() {
    return this.toNumber();
  }
  [Symbol.for('nodejs.util.inspect.custom')]() {
    return `Decimal(${this.#text})`;
  }
}

native.setup({ PartonError, Decimal });

const BATCH = 256;

function fail(message) {
  throw new PartonError(message, { code: 'ValidationException', hint: '', retryable: false });
}

function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function sleepSync(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

// A query's rows as they come: an async iterable, once.
class Rows {
  #take;
  #give;
  #statement;
  #parameters;
  #started = false;
  stats = undefined;
  columns = [];

  constructor(take, give, statement, parameters) {
    this.#take = take;
    this.#give = give;
    this.#statement = statement;
    this.#parameters = parameters;
  }

  async *[Symbol.asyncIterator]() {
    if (this.#started) fail('the rows were read already');
    this.#started = true;
    const connection = this.#take();
    let cursor;
    try {
      let step = await native.execute(connection, this.#statement, this.#parameters, 1, false);
      this.columns = step.columns;
      cursor = step.cursor;
      let batch = 1;
      for (;;) {
        yield* step.rows;
        if (step.stats !== undefined) {
          this.stats = step.stats;
          cursor = undefined;
          return;
        }
        batch = Math.min(batch * 2, BATCH);
        step = await native.next(cursor, batch, false);
      }
    } finally {
      if (cursor !== undefined) native.end(cursor);
      this.#give(connection);
    }
  }

  async all() {
    const rows = [];
    for await (const row of this) rows.push(row);
    return rows;
  }
}

// What databases and transactions have in common: statements, on a connection that `take` gives and `give` takes back.
class Session {
  _take() {
    throw new Error('not reached');
  }
  _give() {}

  async _with(body) {
    const connection = this._take();
    try {
      return await body(connection);
    } finally {
      this._give(connection);
    }
  }

  _withSync(body) {
    const connection = this._take();
    try {
      return body(connection);
    } finally {
      this._give(connection);
    }
  }

  async execute(statement, parameters) {
    return this._with((c) => native.execute(c, statement, parameters, 0, false));
  }

  executeSync(statement, parameters) {
    return this._withSync((c) => native.execute(c, statement, parameters, 0, true));
  }

  query(statement, parameters) {
    return new Rows(
      () => this._take(),
      (connection) => this._give(connection),
      statement,
      parameters,
    );
  }

  async all(statement, parameters) {
    return (await this.execute(statement, parameters)).rows;
  }

  allSync(statement, parameters) {
    return this.executeSync(statement, parameters).rows;
  }

  async get(statement, parameters) {
    return (await this.execute(statement, parameters)).rows[0];
  }

  getSync(statement, parameters) {
    return this.executeSync(statement, parameters).rows[0];
  }

  *iterateSync(statement, parameters) {
    const connection = this._take();
    let cursor;
    try {
      let step = native.execute(connection, statement, parameters, 1, true);
      cursor = step.cursor;
      let batch = 1;
      for (;;) {
        yield* step.rows;
        if (step.stats !== undefined) {
          cursor = undefined;
          return;
        }
        batch = Math.min(batch * 2, BATCH);
        step = native.next(cursor, batch, true);
      }
    } finally {
      if (cursor !== undefined) native.end(cursor);
      this._give(connection);
    }
  }

  async script(text) {
    await this._with((c) => native.script(c, text, false));
  }

  scriptSync(text) {
    this._withSync((c) => native.script(c, text, true));
  }
}

// A transaction has a connection of its own. Its statements run one after the other.
class Transaction extends Session {
  #connection;
  #busy = false;

  constructor(connection) {
    super();
    this.#connection = connection;
  }

  _take() {
    if (this.#connection === undefined) fail('the transaction has ended');
    if (this.#busy) fail('the transaction runs another statement: await it first');
    this.#busy = true;
    return this.#connection;
  }

  _give() {
    this.#busy = false;
  }

  _end() {
    const busy = this.#busy;
    this.#connection = undefined;
    return busy;
  }
}

// What happens to the items of a table with a stream.
class Feed {
  #feed;
  #timeout;
  #one;

  constructor(feed, { consumer, timeout }) {
    this.#feed = feed;
    this.#timeout = timeout ?? -1;
    // One by one for a consumer: acknowledge() is for all that was read.
    this.#one = consumer !== undefined;
  }

  async *[Symbol.asyncIterator]() {
    for await (const batch of this.batches(this.#one ? 1 : 100)) yield* batch;
  }

  async *batches(size = 100) {
    for (;;) {
      const changes = await this.wait(size);
      if (changes.length === 0) return;
      yield changes;
    }
  }

  async read(limit = 100) {
    return native.readFeed(this.#feed, limit, 0, false);
  }
  readSync(limit = 100) {
    return native.readFeed(this.#feed, limit, 0, true);
  }
  async wait(limit = 100, timeout = this.#timeout) {
    return native.readFeed(this.#feed, limit, timeout === 0 ? 0 : Math.ceil(timeout), false);
  }

  async acknowledge(transaction) {
    if (transaction === undefined) return native.acknowledgeFeed(this.#feed, undefined, false);
    return transaction._with((c) => native.acknowledgeFeed(this.#feed, c, false));
  }
  acknowledgeSync(transaction) {
    if (transaction === undefined) return native.acknowledgeFeed(this.#feed, undefined, true);
    return transaction._withSync((c) => native.acknowledgeFeed(this.#feed, c, true));
  }

  seek(start) {
    native.seekFeed(this.#feed, start);
  }
  forget() {
    native.forgetFeed(this.#feed);
  }
  get position() {
    return native.feedPosition(this.#feed);
  }
  // Iteration ends.
  close() {
    native.closeFeed(this.#feed);
  }

  async [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]() {
    this.close();
  }
}

class Database extends Session {
  #handle;
  #idle = [];
  #running = new Set();
  #settings = [];

  constructor(handle) {
    super();
    this.#handle = handle;
  }

  get open() {
    return this.#handle !== undefined;
  }

  #database() {
    if (this.#handle === undefined) fail('the database is closed');
    return this.#handle;
  }

  _take() {
    const handle = this.#database();
    let connection = this.#idle.pop();
    if (connection === undefined) {
      connection = native.connect(handle);
      for (const [name, value] of this.#settings) native.set(connection, name, value);
    }
    this.#running.add(connection);
    return connection;
  }

  _give(connection) {
    this.#running.delete(connection);
    if (native.inTransaction(connection)) {
      // Begun by a statement: it belongs to nobody.
      native.disconnect(connection);
    } else if (this.#handle === undefined) {
      native.disconnect(connection);
    } else {
      this.#idle.push(connection);
    }
  }

  // A setting of all statements from now on.
  set(name, value) {
    const connection = this._take();
    try {
      native.set(connection, name, value);
    } finally {
      this._give(connection);
    }
    this.#settings.push([name, value]);
    for (const idle of this.#idle) if (idle !== connection) native.set(idle, name, value);
  }

  tables() {
    return native.tableNames(this.#database());
  }

  table(name) {
    return new Table(() => this.#database(), name);
  }

  feed(table, { start = 'latest', consumer, timeout } = {}) {
    if (timeout !== undefined && !(timeout >= 0)) throw new TypeError('timeout is a number of milliseconds');
    const feed = native.openFeed(this.#database(), table, start, consumer ?? '');
    return new Feed(feed, { consumer, timeout });
  }

  // Ends what runs now.
  cancel() {
    for (const connection of this.#running) native.cancel(connection);
  }

  async transaction(body, { attempts = 30 } = {}) {
    for (let attempt = 1, wait = 0.2; ; attempt++, wait = Math.min(wait * 2, 50)) {
      const connection = this._take();
      const transaction = new Transaction(connection);
      let result;
      try {
        await native.begin(connection, '', false);
        result = await body(transaction);
        if (transaction._end()) fail('the transaction ends, and one of its statements still runs: await it');
        if (native.inTransaction(connection)) await native.commit(connection, '', false);
        this._give(connection);
        return result;
      } catch (error) {
        await this.#abandon(transaction, connection);
        if (error.code !== 'TransactionConflictException' || attempt >= attempts) throw error;
      }
      await sleep(Math.random() * wait);
    }
  }

  async #abandon(transaction, connection) {
    transaction._end();
    this.#running.delete(connection);
    try {
      await native.rollback(connection, '', false);
      this._give(connection);
    } catch {
      // A statement of it still runs; the connection ends with that, and the transaction with the connection.
      native.cancel(connection);
    }
  }

  transactionSync(body, { attempts = 30 } = {}) {
    for (let attempt = 1, wait = 0.2; ; attempt++, wait = Math.min(wait * 2, 50)) {
      const connection = this._take();
      const transaction = new Transaction(connection);
      try {
        native.begin(connection, '', true);
        const result = body(transaction);
        if (result !== null && typeof result === 'object' && typeof result.then === 'function') {
          fail('transactionSync takes no async function');
        }
        transaction._end();
        if (native.inTransaction(connection)) native.commit(connection, '', true);
        this._give(connection);
        return result;
      } catch (error) {
        transaction._end();
        native.rollback(connection, '', true);
        this._give(connection);
        if (error.code !== 'TransactionConflictException' || attempt >= attempts) throw error;
      }
      sleepSync(Math.random() * wait);
    }
  }

  // Statements that still run keep the database open until they end.
  async close() {
    const handle = this.#end();
    if (handle !== undefined) await native.close(handle, false);
  }

  closeSync() {
    const handle = this.#end();
    if (handle !== undefined) native.close(handle, true);
  }

  #end() {
    const handle = this.#handle;
    this.#handle = undefined;
    for (const connection of this.#idle) native.disconnect(connection);
    this.#idle = [];
    return handle;
  }

  async [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]() {
    await this.close();
  }
}

// `{limit}` counts what is given; a filter takes items away after the engine counted.
function pageOptions(options, left) {
  const { limit, equal, ...rest } = options;
  return rest.filter === undefined && left !== undefined ? { ...rest, limit: left } : rest;
}

// query({equal: {artist: 'Nina'}}) as a key condition.
function withEqual(options) {
  if (options.equal === undefined) return options;
  const names = { ...options.names };
  const values = { ...options.values };
  const parts = options.keyCondition === undefined ? [] : [options.keyCondition];
  for (const [number, [name, value]] of Object.entries(options.equal).entries()) {
    names[`#parton_k${number}`] = name;
    values[`:parton_k${number}`] = value;
    parts.push(`#parton_k${number} = :parton_k${number}`);
  }
  return { ...options, keyCondition: parts.join(' AND '), names, values };
}

class Table {
  #database;

  constructor(database, name) {
    this.#database = database;
    this.name = name;
  }

  async get(key, options) {
    return native.get(this.#database(), this.name, key, options, false);
  }
  getSync(key, options) {
    return native.get(this.#database(), this.name, key, options, true);
  }
  async put(item, options) {
    return native.put(this.#database(), this.name, item, options, false);
  }
  putSync(item, options) {
    return native.put(this.#database(), this.name, item, options, true);
  }
  async update(key, update, options) {
    return native.update(this.#database(), this.name, key, { ...options, update }, false);
  }
  updateSync(key, update, options) {
    return native.update(this.#database(), this.name, key, { ...options, update }, true);
  }
  async delete(key, options) {
    return native.delete(this.#database(), this.name, key, options, false);
  }
  deleteSync(key, options) {
    return native.delete(this.#database(), this.name, key, options, true);
  }

  query(options = {}) {
    return this.#pages(native.query, withEqual(options));
  }
  scan(options = {}) {
    return this.#pages(native.scan, options);
  }
  querySync(options = {}) {
    return this.#pagesSync(native.query, withEqual(options));
  }
  scanSync(options = {}) {
    return this.#pagesSync(native.scan, options);
  }

  async *#pages(page, options) {
    let left = options.limit;
    let last;
    while (left === undefined || left > 0) {
      const step = await page(this.#database(), this.name, last, pageOptions(options, left), false);
      for (const item of step.items) {
        yield item;
        if (left !== undefined && --left === 0) return;
      }
      last = step.last;
      if (last === undefined) return;
    }
  }

  *#pagesSync(page, options) {
    let left = options.limit;
    let last;
    while (left === undefined || left > 0) {
      const step = page(this.#database(), this.name, last, pageOptions(options, left), true);
      for (const item of step.items) {
        yield item;
        if (left !== undefined && --left === 0) return;
      }
      last = step.last;
      if (last === undefined) return;
    }
  }
}

async function open(database = ':memory:', options) {
  return new Database(await native.open(database, options, false));
}

function openSync(database = ':memory:', options) {
  return new Database(native.open(database, options, true));
}

module.exports = {
  open,
  openSync,
  Database,
  Transaction,
  Table,
  Feed,
  Rows,
  Decimal,
  PartonError,
  version: native.version,
  start: (options) => require('./endpoint.js').start(options),
};
