/** Checks the sizes of the production build, gzip -9, against budgets. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from './tools.mjs';

const assets = join(root, 'dist', 'assets');
const files = readdirSync(assets).map((name) => ({
  name,
  bytes: gzipSync(readFileSync(join(assets, name)), { level: 9 }).length,
}));
const index = readFileSync(join(root, 'dist', 'index.html'), 'utf8');
const inIndex = (name) => index.includes(name);
const isEditor = (name) => /^(editor|monaco)/i.test(name);

/** [name, budget in KB, files] */
const BUDGETS = [
  ['shell', 190, ({ name }) => /\.(js|css)$/.test(name) && inIndex(name)],
  ['editor with its worker, lazy', 1000, ({ name }) => /\.(js|css)$/.test(name) && isEditor(name) && !inIndex(name)],
  ['engine worker', 190, ({ name }) => /^worker.*\.js$/.test(name)],
  ['its late part with the console, lazy', 110, ({ name }) => /^late.*\.js$/.test(name)],
  [
    'presenter, lazy',
    40,
    ({ name }) => /^(stage|speaker|live-bar|picture|room-code|talk|use-speaker)-.*\.(js|css)$/.test(name),
  ],
  [
    'sharing and keeping, lazy',
    40,
    ({ name }) => /^(share-sheet|labs-sheet|open|take|save|codec|address|export-sheet|record-sheet)-.*\.js$/.test(name),
  ],
  ['help and settings, lazy', 40, ({ name }) => /^(help-sheet|settings-sheet)-.*\.js$/.test(name)],
  ['fonts', 90, ({ name }) => /latin-(wght|opsz)-normal.*\.woff2$/.test(name) && !/latin-ext/.test(name)],
];

let over = 0;
for (const [what, budget, belongs] of BUDGETS) {
  const mine = files.filter(belongs);
  const kb = mine.reduce((sum, { bytes }) => sum + bytes, 0) / 1024;
  const verdict = mine.length === 0 ? 'no such file' : kb > budget ? 'OVER' : 'ok';
  if (verdict !== 'ok') over++;
  console.log(what.padEnd(38), kb.toFixed(1).padStart(8), 'KB of', budget, 'KB ', verdict);
}
process.exit(over === 0 ? 0 : 1);
