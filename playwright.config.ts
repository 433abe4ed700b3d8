import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

const DEBIAN_CHROMIUM = '/usr/bin/chromium';
/** For a browser run by root or in a container without a network. */
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
      // another machine draws letters a little otherwise; a part that moved is more than this
      threshold: 0.3,
      maxDiffPixelRatio: 0.03,
    },
  },
  // what other journeys or tests of the engine nearly show: `npm run soak` walks it too
  ...(process.env.SOAK ? {} : { grepInvert: /@long/ }),
  use: {
    // a cache between page and server would answer what a test holds back
    serviceWorkers: 'block',
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      executablePath: existsSync(DEBIAN_CHROMIUM) ? DEBIAN_CHROMIUM : undefined,
      args: CONTAINER_FLAGS,
    },
  },
});
