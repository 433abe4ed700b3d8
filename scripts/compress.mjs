/** Puts a compressed copy beside each file of the built page if it is smaller; the server sends the copy unchanged. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** Files that are already compressed, or such copies. */
const DENSE = /\.(woff2|png|br|gz)$/;
/** Higher levels take many times as long and save a few percent. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } };
const WAYS = [
  ['.br', (bytes) => promisify(brotliCompress)(bytes, BROTLI)],
  ['.gz', (bytes) => promisify(gzip)(bytes)],
];

async function compressFile(path) {
  const bytes = await readFile(path);
  for (const [ending, squeeze] of WAYS) {
    const squeezed = await squeeze(bytes);
    if (squeezed.length < bytes.length) await writeFile(path + ending, squeezed);
  }
}

export async function compress(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !DENSE.test(entry.name));
  await Promise.all(files.map((file) => compressFile(join(file.parentPath, file.name))));
}
