/** `npm run -s lab -- VERB ...`: runs the lab on the command line; rebuilds it first if its sources are newer. */
import { join } from 'node:path';
import { ensureCli, ensurePackages, root, run } from './tools.mjs';

await ensurePackages();
await ensureCli();
process.exit(
  await run(process.execPath, [join(root, 'dist-cli', 'main.js'), ...process.argv.slice(2)], {
    cwd: process.env.INIT_CWD ?? root,
  }),
);
