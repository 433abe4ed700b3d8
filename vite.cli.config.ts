import { defineConfig } from 'vite';

/** The command-line programs: the same engine, bundled for Node. */
export default defineConfig({
  publicDir: false,
  build: {
    ssr: true,
    outDir: 'dist-cli',
    target: 'node20',
    rolldownOptions: { input: { main: 'src/cli/main.ts' }, output: { entryFileNames: '[name].js' } },
  },
});
