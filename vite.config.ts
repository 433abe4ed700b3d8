import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** The dev server injects an inline script for hot reloading, which the policy of the built page forbids. */
const withoutPolicyInDev: Plugin = {
  name: 'without-policy-in-dev',
  apply: 'serve',
  transformIndexHtml: (html) => html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ''),
};

export default defineConfig({
  base: './',
  plugins: [react(), withoutPolicyInDev],
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    chunkSizeWarningLimit: 4096,
    rolldownOptions: {
      // the engine only computes: what the page does not use of its face must not end up in the shell
      treeshake: { moduleSideEffects: [{ test: /\/src\/engine\//, sideEffects: false }] },
    },
  },
});
