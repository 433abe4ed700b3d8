/** Shared by the scripts: runs programs, installs missing packages, finds stale builds. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const bin = (name) => join(root, 'node_modules', '.bin', name);

/** Runs a program in the root with the terminal's streams; resolves to its exit status. */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    child.on('error', (error) => {
      console.error(`${command}: ${error.message}`);
      resolve(127);
    });
    child.on('exit', (code, signal) => resolve(signal ? 128 : (code ?? 1)));
  });
}

async function must(command, args) {
  const status = await run(command, args);
  if (status !== 0) {
    console.error(`${command} ${args.join(' ')} ended with status ${status}`);
    process.exit(1);
  }
}

const time = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

/** Installs the packages if there are none or the lock file is newer. */
export async function ensurePackages() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (time(installed) >= time(join(root, 'package-lock.json'))) return;
  // not `npm ci`: it needs the binaries of every platform, and a registry may lack some
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  await must(npm, ['install', '--no-save', '--no-audit', '--no-fund']);
}

/** Debian's Chromium if it is or can be installed, else Playwright's own. */
export async function ensureBrowser() {
  const { chromium } = await import('@playwright/test');
  if (existsSync('/usr/bin/chromium') || existsSync(chromium.executablePath())) return;
  const debian = existsSync('/etc/debian_version') && process.getuid?.() === 0;
  if (debian) {
    await must('apt-get', ['update']);
    await must('apt-get', ['install', '-y', '--no-install-recommends', 'chromium']);
  } else {
    await must(bin('playwright'), ['install', 'chromium']);
  }
}

/** Newest modification time of the given files and of all files in the given folders. */
export function newest(...paths) {
  let latest = 0;
  for (const path of paths) {
    const full = join(root, path);
    if (!existsSync(full)) continue;
    if (!statSync(full).isDirectory()) latest = Math.max(latest, time(full));
    else for (const name of readdirSync(full)) latest = Math.max(latest, newest(join(path, name)));
  }
  return latest;
}

/** Builds the command-line programs if a source is newer. */
export async function ensureCli() {
  const built = time(join(root, 'dist-cli', 'main.js'));
  if (built > newest('src/engine', 'src/cli', 'src/scenarios', 'vite.cli.config.ts', 'package.json')) return;
  const result = spawnSync(bin('vite'), ['build', '--config', 'vite.cli.config.ts', '--logLevel', 'warn'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (result.status !== 0) {
    console.error(result.stdout + result.stderr);
    process.exit(1);
  }
}

export function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}
