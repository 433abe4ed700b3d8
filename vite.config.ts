import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { offline } from './scripts/offline.mjs';

/** The dev server injects an inline script for hot reloading, which the policy of the built page forbids. */
const withoutPolicyInDev: Plugin = {
  name: 'without-policy-in-dev',
  apply: 'serve',
  transformIndexHtml: (html) => html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ''),
};

/** The engine only computes: what nobody uses of its face must end up neither in the shell nor in the worker. */
const treeshake = { moduleSideEffects: [{ test: /\/src\/engine\//, sideEffects: false }] };

/** V8 takes a module's `const` for what it is, and folds it into hot code; a `var` it reads again at each use. */
const output = { topLevelVar: false };

export default defineConfig({
  base: './',
  plugins: [react(), withoutPolicyInDev, offline()],
  worker: { format: 'es', rolldownOptions: { treeshake, output } },
  build: {
    target: 'es2023',
    chunkSizeWarningLimit: 4096,
    rolldownOptions: { treeshake, output },
  },
});
