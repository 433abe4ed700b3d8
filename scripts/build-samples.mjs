/*
 * Rebuilds the objects of public/samples from their C: `node scripts/build-samples.mjs`, with clang 19 and llvm-strip.
 * `--check` writes nothing and names the objects that differ from a build of their source; exit status 2 without clang.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SAMPLES = join(import.meta.dirname, '../public/samples');
const FLAGS = ['-target', 'bpf', '-mcpu=v3', '-O2', '-g', '-Wall', '-Werror', '-Wno-unused-variable'];

/** The first of these names that is an installed tool, or null. */
function tool(...names) {
  for (const name of names) {
    try {
      execFileSync(name, ['--version'], { stdio: 'ignore' });
      return name;
    } catch {}
  }
  return null;
}

const clang = tool('clang-19');
const strip = tool('llvm-strip-19', 'llvm-strip');
if (!clang || !strip) {
  console.error('clang 19 and llvm-strip are needed to build the samples');
  process.exit(2);
}

/** Bytes of the object, without paths of this machine and without debug information except BTF. */
function build(source, out) {
  const paths = ['-fdebug-compilation-dir=.', `-ffile-prefix-map=${SAMPLES}=.`];
  execFileSync(clang, [...FLAGS, ...paths, '-c', source, '-o', out], { cwd: SAMPLES, stdio: 'inherit' });
  execFileSync(strip, ['-g', out]);
  return readFileSync(out);
}

const folder = mkdtempSync(join(tmpdir(), 'samples-'));
let stale = 0;
for (const source of readdirSync(SAMPLES).filter((file) => file.endsWith('.bpf.c'))) {
  const name = source.replace(/\.c$/, '.o');
  const bytes = build(source, join(folder, name));
  if (!process.argv.includes('--check')) {
    writeFileSync(join(SAMPLES, name), bytes);
    console.log(`${name} ${bytes.length} bytes`);
  } else if (!readFileSync(join(SAMPLES, name)).equals(bytes)) {
    console.error(`${name} differs from a build of ${source}: run node scripts/build-samples.mjs`);
    stale++;
  }
}
rmSync(folder, { recursive: true });
process.exit(stale > 0 ? 1 : 0);
