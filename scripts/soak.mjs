/** `npm run soak`: the property tests at their full counts. Arguments choose files, as Vitest's do. */
import { bin, ensurePackages, run } from './tools.mjs';

await ensurePackages();
process.exit(
  await run(bin('vitest'), ['run', '--testTimeout=3600000', ...process.argv.slice(2)], {
    env: { ...process.env, SOAK: '1' },
  }),
);
