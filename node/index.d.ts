/** Parton: an embedded PartiQL database with DynamoDB's tables. */

/** An exact decimal number: DECIMAL of up to 38 digits. */
export class Decimal {
  constructor(value: string | number | bigint);
  toString(): string;
  toJSON(): string;
  /** The nearest number. */
  toNumber(): number;
}

/**
 * What values are. MISSING is undefined, NULL is null. INT: a number, or a bigint beyond 2^53. DECIMAL: Decimal. BLOB: Buffer.
 * TIMESTAMP: Date, to milliseconds. DATE, TIME and INTERVAL: their text. LIST and BAG: an array. Sets: Set. STRUCT: an object.
 */
export type Value =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | Decimal
  | Date
  | Uint8Array
  | ArrayBuffer
  | Value[]
  | Set<string>
  | Set<number | bigint | Decimal>
  | Set<Uint8Array>
  | Map<string, Value>
  | { [name: string]: Value };

// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Item = { [name: string]: any };

/** An array for `?`, an object for `:name`. */
export type Parameters = Value[] | { [name: string]: Value };

export interface Position {
  line: number;
  column: number;
  /** Bytes of UTF-8. */
  offset: number;
  length: number;
}

export class PartonError extends Error {
  /** DynamoDB's name: "ValidationException", "ConditionalCheckFailedException", ... */
  code: string;
  /** What to do about it; may be empty. */
  hint: string;
  /** Where in the statement, if it is about a place in it. */
  position?: Position;
  /** Of a cancelled transaction: one for each statement. */
  reasons?: (PartonError | null)[];
  /** The same call may succeed later. */
  retryable: boolean;
}

export interface Options {
  readOnly?: boolean;
  /** Make the database if there is none; true if not given. */
  create?: boolean;
  /** false: commits are not synced to disk. */
  durable?: boolean;
  /** false: no triggers, expiry and trimming by themselves. */
  background?: boolean;
  throttle?: boolean;
  threads?: number;
  cacheBytes?: number;
  memoryLimit?: number;
  /** The directories whose files statements may read; not given: whatever the process may. */
  files?: string[];
}

export interface Stats {
  itemsExamined: number;
  bytesRead: number;
  milliseconds: number;
  accessPath: string;
}

export interface Result<Row = Item> {
  kind: 'rows' | 'value' | 'changed' | 'text' | 'done';
  rows: Row[];
  /** Items written or removed. */
  affected?: number;
  /** Of EXPLAIN and its like. */
  text: string;
  columns: string[];
  notices: string[];
  stats: Stats;
}

/** A query's rows as they come; `for await` once. */
export class Rows<Row = Item> implements AsyncIterable<Row> {
  [Symbol.asyncIterator](): AsyncIterator<Row>;
  all(): Promise<Row[]>;
  columns: string[];
  /** After the last row. */
  stats?: Stats;
}

declare class Session {
  /** Runs one statement. */
  execute<Row = Item>(statement: string, parameters?: Parameters): Promise<Result<Row>>;
  executeSync<Row = Item>(statement: string, parameters?: Parameters): Result<Row>;
  /** The rows of a statement. */
  all<Row = Item>(statement: string, parameters?: Parameters): Promise<Row[]>;
  allSync<Row = Item>(statement: string, parameters?: Parameters): Row[];
  /** The first row. */
  get<Row = Item>(statement: string, parameters?: Parameters): Promise<Row | undefined>;
  getSync<Row = Item>(statement: string, parameters?: Parameters): Row | undefined;
  /** The rows while the query runs. */
  query<Row = Item>(statement: string, parameters?: Parameters): Rows<Row>;
  iterateSync<Row = Item>(statement: string, parameters?: Parameters): IterableIterator<Row>;
  /** Runs all statements; stops at the first error. */
  script(text: string): Promise<void>;
  scriptSync(text: string): void;
}

/** One statement at a time: await each. */
export class Transaction extends Session {
  private constructor();
}

export class Database extends Session {
  private constructor();
  readonly open: boolean;
  tables(): string[];
  table<T extends Item = Item>(name: string): Table<T>;
  /** A setting of all statements from now on. */
  set(name: string, value: Value): void;
  /** Ends the statements that run now. */
  cancel(): void;
  /** Commits what `body` did, or rolls back if it throws; runs it again if others were in its way. */
  /** What happens to the items of a table with a stream. */
  feed<T extends Item = Item>(table: string, options?: FeedOptions): Feed<T>;
  transaction<T>(body: (transaction: Transaction) => Promise<T> | T, options?: { attempts?: number }): Promise<T>;
  transactionSync<T>(body: (transaction: Transaction) => T, options?: { attempts?: number }): T;
  close(): Promise<void>;
  closeSync(): void;
}

/** DynamoDB's expressions: `values` are their constants, `names` attributes that are reserved words. */
export interface Expressions {
  names?: { [placeholder: string]: string };
  values?: { [placeholder: string]: Value };
}

export interface ReadOptions extends Expressions {
  projection?: string;
}

export interface WriteOptions extends Expressions {
  condition?: string;
  returning?: 'none' | 'allOld' | 'updatedOld' | 'allNew' | 'updatedNew';
}

export interface ScanOptions extends ReadOptions {
  index?: string;
  filter?: string;
  /** How many items are given. */
  limit?: number;
}

export interface QueryOptions extends ScanOptions {
  /** {artist: 'Nina'}: a key condition of equalities. */
  equal?: { [name: string]: Value };
  keyCondition?: string;
  reverse?: boolean;
}

/** A table as an object. Not part of transactions: those run statements. */
export class Table<T extends Item = Item> {
  private constructor();
  readonly name: string;
  get(key: Item, options?: ReadOptions): Promise<T | undefined>;
  getSync(key: Item, options?: ReadOptions): T | undefined;
  put(item: T, options?: WriteOptions): Promise<T | undefined>;
  putSync(item: T, options?: WriteOptions): T | undefined;
  update(key: Item, update: string, options?: WriteOptions): Promise<T | undefined>;
  updateSync(key: Item, update: string, options?: WriteOptions): T | undefined;
  delete(key: Item, options?: WriteOptions): Promise<T | undefined>;
  deleteSync(key: Item, options?: WriteOptions): T | undefined;
  query(options?: QueryOptions): AsyncIterableIterator<T>;
  querySync(options?: QueryOptions): IterableIterator<T>;
  scan(options?: ScanOptions): AsyncIterableIterator<T>;
  scanSync(options?: ScanOptions): IterableIterator<T>;
}

/** One changed item. What the table's stream does not record is undefined. */
export interface Change<T extends Item = Item> {
  event: 'INSERT' | 'MODIFY' | 'REMOVE';
  keys: Item;
  new: T | undefined;
  old: T | undefined;
  /** Grows; a table's numbers have gaps. */
  sequence: number;
  created: Date;
  /** Removed because it had expired. */
  byTtl: boolean;
}

export interface FeedOptions {
  /** "latest" if not given; "beginning", or the number of a change to start after. */
  start?: 'latest' | 'beginning' | number;
  /** A name, whose position acknowledge() keeps in the database: it goes on there. */
  consumer?: string;
  /** Milliseconds without a change after which iteration ends; without end if not given. */
  timeout?: number;
}

/** Changes as they are committed. Who waits for one keeps the process; an open feed keeps the database open. */
export class Feed<T extends Item = Item> implements AsyncIterable<Change<T>> {
  private constructor();
  [Symbol.asyncIterator](): AsyncIterableIterator<Change<T>>;
  /** Arrays of changes, as many as there are, at most `size`; acknowledge() is for all that were given. */
  batches(size?: number): AsyncIterableIterator<Change<T>[]>;
  /** The changes that are there now. */
  read(limit?: number): Promise<Change<T>[]>;
  readSync(limit?: number): Change<T>[];
  /** The same, but waits for the first; empty after `timeout` milliseconds and after close(). */
  wait(limit?: number, timeout?: number): Promise<Change<T>[]>;
  /** Keeps the position of a named consumer; with a transaction, in that: both commit, or neither. */
  acknowledge(transaction?: Transaction): Promise<void>;
  acknowledgeSync(transaction?: Transaction): void;
  seek(start: 'latest' | 'beginning' | number): void;
  /** Forgets the stored position of the consumer. */
  forget(): void;
  /** The number of the last change that was read. */
  readonly position: number;
  close(): void;
}

/** Opens a database: a directory, made if absent, or ":memory:". Twice in a process, one path is one database. */
export function open(database?: string, options?: Options): Promise<Database>;
export function openSync(database?: string, options?: Options): Database;

export interface Endpoint {
  /** http://127.0.0.1:PORT */
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  stop(): Promise<void>;
}

/** Starts `parton serve` on a free port: DynamoDB's API for tests. It ends with this process at the latest. */
export function start(options?: {
  /** A directory; in memory if not given. */
  database?: string;
  /** A script of statements that is run first. */
  schema?: string;
  /** The program; the environment's PARTON, or parton in PATH, if not given. */
  program?: string;
  args?: string[];
  /** Milliseconds. */
  timeout?: number;
}): Promise<Endpoint>;

export const version: string;
