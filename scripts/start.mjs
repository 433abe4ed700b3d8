/** `npm start`: installs if needed, builds, serves, prints the address, and opens it if there is a display. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { bin, ensurePackages, root, run } from './tools.mjs';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`ops.play needs Node 20.19 or newer; this is ${process.version}.`);
  process.exit(1);
}

await ensurePackages();
const status = await run(bin('vite'), ['build', '--logLevel', 'warn']);
if (status !== 0) process.exit(status);

// imported late: the packages may have just been installed
const [{ compress }, { serve }] = await Promise.all([import('./compress.mjs'), import('./serve.mjs')]);
await compress(join(root, 'dist'));

const port = Number(process.env.PORT ?? 4173);
try {
  const { url } = await serve(join(root, 'dist'), port);
  console.log(`ops.play is at ${url} (Ctrl+C ends it)`);
  openInBrowser(url);
} catch (error) {
  console.error(
    error.code === 'EADDRINUSE' ? `Port ${port} is taken. Choose another: PORT=${port + 1} npm start` : error.message,
  );
  process.exit(1);
}

function openInBrowser(url) {
  const display = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (!display || process.env.CI) return;
  const opener = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }[process.platform] ?? ['xdg-open'];
  spawn(opener[0], [...opener.slice(1), url], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}
