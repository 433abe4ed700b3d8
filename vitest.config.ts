import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'scripts/*.test.mjs'],
    environment: 'node',
    testTimeout: 60_000,
    maxWorkers: 2,
  },
});
