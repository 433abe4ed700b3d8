/** `npm run bench [-- vm|lab|tcp|time|btf|asm|verifier|sizes|page]`: prints speeds and sizes. Asserts nothing, because machines are noisy. */
import { join } from 'node:path';
import { bin, ensureBrowser, ensureCli, ensurePackages, root, run } from './tools.mjs';

await ensurePackages();
await ensureCli();
const wanted = process.argv.slice(2);
const asked = (name) => wanted.length === 0 || wanted.includes(name);
const engine = wanted.filter((name) => name !== 'sizes' && name !== 'page');
let status = 0;
if (wanted.length === 0 || engine.length > 0) {
  status = await run(process.execPath, ['--expose-gc', join(root, 'dist-cli', 'main.js'), 'bench', ...engine]);
}
if (status === 0 && (asked('sizes') || asked('page'))) status = await run(bin('vite'), ['build', '--logLevel', 'warn']);
if (status === 0 && asked('sizes')) status = await run(process.execPath, ['scripts/sizes.mjs']);
if (status === 0 && asked('page')) {
  await ensureBrowser();
  status = await run(process.execPath, ['scripts/bench-page.mjs']);
}
process.exit(status);
