// jest: a server with an empty database in memory, on a free port, for all tests of a run. In jest.config:
//
//   export default { globalSetup: './jest.setup.mjs' };
//
// Tests find the address in process.env.ENDPOINT. PARTON is the program, if it is not on the PATH.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export default async function setup() {
  const server = spawn(process.env.PARTON ?? 'parton', ['serve', '--port', '0', '--ready-fd', '3'], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  const lines = createInterface({ input: server.stdio[3] });
  process.env.ENDPOINT = await new Promise((resolve, reject) => {
    lines.once('line', resolve);
    server.once('exit', () => reject(new Error('parton serve did not start')));
  });
  // What jest calls when the tests are done.
  return async () => {
    server.kill();
    await new Promise((resolve) => server.once('close', resolve));
  };
}
