'use strict';
// `parton serve` as a child of this process: DynamoDB's API on a free port of this machine, for tests.

const { spawn } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');

// The server ends when its standard input does: with this process, however that ends.
const KEEPER = '"$0" "$@" </dev/null & server=$!; exec >/dev/null 2>&1; read -r line; kill "$server"; wait "$server"';

async function prepare(database, schema) {
  const { open } = require('./index.js');
  const db = await open(database, { durable: false });
  try {
    await db.script(fs.readFileSync(schema, 'utf8'));
  } finally {
    await db.close();
  }
}

function ready(child, timeout) {
  return new Promise((resolve, reject) => {
    let said = '';
    const refuse = (why) => {
      clearTimeout(timer);
      child.stdin.destroy();
      reject(new Error(`parton serve did not start: ${said.trim() || why}`));
    };
    const timer = setTimeout(() => refuse('it said nothing in time'), timeout);
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text) => {
      said += text;
    });
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (text) => {
      said += text;
      const url = /https?:\/\/[^\s,]+:\d+/.exec(said);
      if (url === null) return;
      clearTimeout(timer);
      said = '';
      resolve(url[0]);
    });
    child.stdout.on('end', () => refuse('it ended'));
    child.on('error', (error) => refuse(error.message));
  });
}

async function start({ database, schema, program = process.env.PARTON || 'parton', args = [], timeout = 30000 } = {}) {
  let folder;
  const options = ['--port', '0', ...args];
  if (schema !== undefined) {
    // A database of another process cannot be in memory.
    if (database === undefined) {
      folder = fs.mkdtempSync(path.join(os.tmpdir(), 'parton-endpoint-'));
      database = path.join(folder, 'db');
      options.push('--no-sync');
    }
    await prepare(database, schema);
  }
  const where = database === undefined ? [] : [database];
  const child = spawn('/bin/sh', ['-c', KEEPER, program, 'serve', ...where, ...options], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const stop = async () => {
    child.ref();  // who waits for its end is kept alive
    child.stdin.destroy();
    await ended;
    if (folder !== undefined) fs.rmSync(folder, { recursive: true, force: true });
  };
  let endpoint;
  try {
    endpoint = await ready(child, timeout);
  } catch (error) {
    await stop();
    throw error;
  }
  // It must not keep this process alive.
  child.unref();
  for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.unref();
  return {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'parton', secretAccessKey: 'parton' },
    stop,
    [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]: stop,
  };
}

module.exports = { start };
