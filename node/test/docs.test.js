'use strict';
// The javascript blocks of docs/node.md, as one program, whose output is what the page shows behind them.

const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');

test('docs/node.md', () => {
  const page = fs.readFileSync(path.join(__dirname, '..', '..', 'docs', 'node.md'), 'utf8');
  const blocks = [...page.matchAll(/```javascript\n(.*?)```/gs)].map((m) => m[1]);
  // console.log(...);   // what it prints
  const expected = [...blocks.join('').matchAll(/console\.log\(.*\);\s+\/\/ (.*)/g)].map((m) => m[1]);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'parton-docs-'));
  try {
    fs.mkdirSync(path.join(folder, 'node_modules'));
    fs.symlinkSync(path.join(__dirname, '..'), path.join(folder, 'node_modules', 'parton'));
    const body = blocks.join('').replace("const parton = require('parton');", '');
    const program = `const parton = require('parton');\n(async () => {\n${body}\n})();\n`;
    fs.writeFileSync(path.join(folder, 'page.js'), program);
    const said = execFileSync(process.execPath, ['page.js'], { cwd: folder, encoding: 'utf8', timeout: 60000 });
    assert.deepStrictEqual(said.trim().split('\n'), expected);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});
