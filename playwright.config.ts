import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

const DEBIAN_CHROMIUM = '/usr/bin/chromium';
/** Options for a browser that runs as root or in a container without a network. */
const CONTAINER_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export default defineConfig({
  testDir: 'e2e',
  timeout: 90_000,
  workers: 2,
  expect: {
    timeout: 10_000,
    toHaveScreenshot: {
      pathTemplate: '{testDir}/screens/{arg}{ext}',
      scale: 'device',
      // other machines draw letters slightly differently; a moved part exceeds this
      threshold: 0.3,
      maxDiffPixelRatio: 0.03,
    },
  },
  // one more try on a busy machine, which the summary counts as flaky; the soak shows each failure
  retries: process.env.SOAK ? 0 : 1,
  // tests that mostly repeat others or tests of the engine run in `npm run soak` only
  ...(process.env.SOAK ? {} : { grepInvert: /@long/ }),
  use: {
    // a cache between page and server would answer requests that a test blocks
    serviceWorkers: 'block',
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      executablePath: existsSync(DEBIAN_CHROMIUM) ? DEBIAN_CHROMIUM : undefined,
      args: CONTAINER_FLAGS,
    },
  },
});
