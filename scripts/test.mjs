/** `npm test`: runs all checks, also on a fresh machine. Ends with one line, `N passed, N failed`. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bin, ensureBrowser, ensureCli, ensurePackages, run } from './tools.mjs';

await ensurePackages();
await ensureBrowser();
await ensureCli();

const reports = mkdtempSync(join(tmpdir(), 'ops-play-'));
const report = (name) => join(reports, name);
const read = (name) => {
  try {
    return JSON.parse(readFileSync(report(name), 'utf8'));
  } catch {
    return null;
  }
};

/** A check that counts as one pass or failure. */
const whole = (command, args) => async () => ((await run(bin(command), args)) === 0 ? [1, 0] : [0, 1]);

async function unit() {
  const status = await run(bin('vitest'), [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile=${report('unit')}`,
  ]);
  const result = read('unit');
  if (!result) return [0, 1];
  return [result.numPassedTests, Math.max(result.numFailedTests, status === 0 ? 0 : 1)];
}

async function journeys() {
  const status = await run(bin('playwright'), ['test', '--reporter=list,json'], {
    env: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_NAME: report('e2e') },
  });
  const stats = read('e2e')?.stats;
  if (!stats) return [0, 1];
  if (stats.flaky > 0) console.log(`${stats.flaky} journeys passed at their second try only`);
  return [stats.expected + stats.flaky, Math.max(stats.unexpected, status === 0 ? 0 : 1)];
}

const checks = [
  ['types', whole('tsc', ['-b'])],
  ['lint', whole('oxlint', ['--type-aware', '--deny-warnings'])],
  ['format', whole('biome', ['format', '.'])],
  ['unused', whole('knip', [])],
  ['unit, property, imports and scenarios', unit],
  ['build', whole('vite', ['build', '--logLevel', 'warn'])],
  ['sizes', async () => ((await run(process.execPath, ['scripts/sizes.mjs'])) === 0 ? [1, 0] : [0, 1])],
  ['journeys', journeys],
];

let passed = 0;
let failed = 0;
for (const [name, check] of checks) {
  console.log('\n==', name);
  const [good, bad] = await check();
  passed += good;
  failed += bad;
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
