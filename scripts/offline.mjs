/** Build plug-in: makes the service worker, with the list of files that the page needs without a network. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const WORKER = 'service-worker.js';
/** Not in the list: files that are stored on first use, and files that only the server uses. */
const LEFT_OUT = /\.whole\.btf\.gz$|\.config\.gz$|\.br$|\.map$|^service-worker\.js$/;

function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((name) => !LEFT_OUT.test(name) && !(name.endsWith('.gz') && !name.startsWith('btf/')))
    .sort();
}

/** The page itself is listed by the name of its folder. */
const pathOf = (name) => (name === 'index.html' ? './' : `./${name}`);

export function offline() {
  let folder = 'dist';
  return {
    name: 'offline',
    apply: 'build',
    configResolved: (config) => {
      folder = config.build.outDir;
    },
    buildStart() {
      this.emitFile({ type: 'chunk', id: 'src/offline/service-worker.ts', fileName: WORKER });
    },
    closeBundle() {
      const files = filesOf(folder);
      const hash = createHash('sha256');
      for (const name of files) hash.update(name).update(readFileSync(join(folder, name)));
      const list = JSON.stringify({ key: hash.digest('hex').slice(0, 16), files: files.map(pathOf) });
      const path = join(folder, WORKER);
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll('OPS_PLAY_PRECACHE', `(${list})`));
    },
  };
}
