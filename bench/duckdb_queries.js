// The analytic queries on DuckDB, for parton_bench (see analytic.cc, which reads what this prints):
//   node duckdb_queries.js DIRECTORY ROUNDS     with t.csv, hosts.csv, codes.csv and queries.txt in DIRECTORY
//   node duckdb_queries.js --installed          ends with 77 if the package @duckdb/node-api is not there
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');

function load() {
  // Where this file is, then where the benchmark was started.
  for (const from of [__filename, path.join(process.cwd(), 'x.js')]) {
    try {
      return createRequire(from)('@duckdb/node-api');
    } catch {
      // The next place.
    }
  }
  return null;
}

async function main() {
  const duckdb = load();
  if (duckdb === null) process.exit(77);
  const [directory, rounds] = process.argv.slice(2);
  if (directory === '--installed') return;
  const instance = await duckdb.DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  for (const table of ['t', 'hosts', 'codes']) {
    const types = table === 't' ? ", types = {'date': 'VARCHAR'}" : '';
    const file = path.join(directory, `${table}.csv`);
    await connection.run(`CREATE TABLE ${table} AS SELECT * FROM read_csv('${file}', header = true${types})`);
  }
  for (const text of fs.readFileSync(path.join(directory, 'queries.txt'), 'utf8').trim().split('\n')) {
    let rows;
    for (let round = -1; round < Number(rounds); ++round) {
      const processor = process.cpuUsage();
      const start = process.hrtime.bigint();
      rows = (await connection.runAndReadAll(text)).getRows();
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      const used = process.cpuUsage(processor);
      // The first one warms up.
      if (round >= 0) console.log(`cost ${seconds} ${(used.user + used.system) / 1e6}`);
    }
    for (const row of rows) {
      for (const field of row) console.log(`${typeof field === 'string' ? 'text' : 'number'} ${field}`);
      console.log('row');
    }
    console.log('query');
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
