import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

const PLUGIN = 'conformance-plugin.js';

/** The conformance runner executes its plug-in as a program. */
const executable: Plugin = {
  name: 'executable',
  writeBundle({ dir = 'dist-cli' }) {
    const path = join(dir, PLUGIN);
    writeFileSync(path, `#!/usr/bin/env node\n${readFileSync(path, 'utf8')}`);
    chmodSync(path, 0o755);
  },
};

/** The command-line programs: the same engine, bundled for Node. */
export default defineConfig({
  publicDir: false,
  plugins: [executable],
  build: {
    ssr: true,
    outDir: 'dist-cli',
    target: 'node20',
    rolldownOptions: {
      input: { main: 'src/cli/main.ts', 'conformance-plugin': 'src/cli/conformance-plugin.ts' },
      // as in vite.config.ts: hot code is made of constants
      output: { entryFileNames: '[name].js', topLevelVar: false },
    },
  },
});
