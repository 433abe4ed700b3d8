import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { offline } from './scripts/offline.mjs';

/** The dev server injects an inline script for hot reloading, which the policy of the built page forbids. */
const withoutPolicyInDev: Plugin = {
  name: 'without-policy-in-dev',
  apply: 'serve',
  transformIndexHtml: (html) => html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ''),
};

/** Engine modules have no side effects, so unused exports end up neither in the shell nor in the worker. */
const treeshake = { moduleSideEffects: [{ test: /\/src\/engine\//, sideEffects: false }] };

/** V8 folds a module's `const` into hot code, but reads a `var` again at each use. */
const output = { topLevelVar: false };

/** All that the first picture needs comes in one file: thirty small ones took a quarter of a second longer to fetch. */
const codeSplitting = { groups: [{ name: 'shell', tags: ['$initial' as const], test: /^(?!.*\/src\/offline\/)/ }] };

export default defineConfig({
  base: './',
  plugins: [react(), withoutPolicyInDev, offline()],
  worker: { format: 'es', rolldownOptions: { treeshake, output } },
  build: {
    target: 'es2023',
    chunkSizeWarningLimit: 4096,
    rolldownOptions: { treeshake, output: { ...output, codeSplitting } },
  },
});
