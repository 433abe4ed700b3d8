/** `npm run soak`: runs property tests and end-to-end tests at their full counts. Arguments choose test files, as for Vitest; then no end-to-end tests run. */
import { bin, ensureBrowser, ensurePackages, run } from './tools.mjs';

await ensurePackages();
const chosen = process.argv.slice(2);
const env = { ...process.env, SOAK: '1' };
let status = await run(bin('vitest'), ['run', '--testTimeout=3600000', ...chosen], { env });
if (chosen.length === 0) {
  await ensureBrowser();
  status ||= await run(bin('vite'), ['build', '--logLevel', 'warn']);
  status ||= await run(bin('playwright'), ['test', '--timeout=600000'], { env });
}
process.exit(status);
