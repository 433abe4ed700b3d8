/** Shared by the verbs: options, files, the machine's parts. */
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import {
  type Btf,
  DEFAULT_KERNEL,
  KERNELS,
  kernelSpec,
  type Lab,
  type MachineParts,
  openBtf,
  openMachineParts,
  type Scenario,
  toBase64,
} from '../engine/index.ts';
import { installLateTools, parseConfig } from '../engine/late.ts';

export interface Verb {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  /** exit status */
  readonly run: (args: string[]) => number;
}

/** Wrong arguments; the message says what is wrong, and the caller adds the usage. */
export class Usage extends Error {}

/** Parses options with a value each; returns them and the remaining arguments. */
export function options<K extends string>(
  args: string[],
  names: readonly K[],
): { values: Partial<Record<K, string>>; rest: string[] } {
  try {
    const config = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
    const { values, positionals } = parseArgs({ args, options: config, allowPositionals: true });
    return { values: values as Partial<Record<K, string>>, rest: positionals };
  } catch (error) {
    throw new Usage(error instanceof Error ? error.message : String(error));
  }
}

/** Parses a number within inclusive bounds; `whole`: an integer. */
export function number(
  text: string | undefined,
  fallback: number,
  what: string,
  least = 0,
  most = Number.MAX_SAFE_INTEGER,
  whole = true,
): number {
  if (text === undefined) return fallback;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const kind = whole ? 'a whole number' : 'a number';
  if (!Number.isFinite(value) || value < least || value > most || (whole && !Number.isInteger(value))) {
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new Usage(`${what} must be ${kind} ${range}, not "${text}"`);
  }
  return value;
}

/** Most bytes read of a pipe or a device: it does not say its length, and may be endless. */
const MOST_STREAM_BYTES = 64 << 20;
const PART_BYTES = 1 << 20;

/** Reads what has no known length, in parts. */
function readStream(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const parts: Buffer[] = [];
    for (let total = 0; ; ) {
      const part = Buffer.allocUnsafe(PART_BYTES);
      const read = readSync(file, part);
      if (read === 0) return Buffer.concat(parts, total);
      total += read;
      if (total > MOST_STREAM_BYTES)
        throw new Usage(`${path} is no file, and more than ${MOST_STREAM_BYTES >> 20} MiB of a stream are not read`);
      parts.push(part.subarray(0, read));
    }
  } finally {
    closeSync(file);
  }
}

/** Reads a file, or a stream of at most 64 MiB; throws Usage if it cannot be read. */
export function readBytes(path: string): Uint8Array {
  try {
    const kind = statSync(path);
    const buffer = kind.isFile() || kind.isDirectory() ? readFileSync(path) : readStream(path);
    return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  } catch (error) {
    throw new Usage(error instanceof Error ? error.message : String(error));
  }
}

/** The package's public folder: beside the built program's folder, or above the source. */
function publicFolder(): string {
  const candidates = ['..', '../..'].map((up) => join(import.meta.dirname, up, 'public'));
  return candidates.find((folder) => existsSync(folder)) ?? candidates[0];
}

/** Cache of kernels by name. They are immutable, so machines share them. */
const shipped = new Map<string, MachineParts>();

/** A kernel made from its shipped BTF subset, in a process that can load objects. */
export function shippedParts(kernel: string = DEFAULT_KERNEL): MachineParts {
  installLateTools();
  const parts = shipped.get(kernel) ?? partsOf(kernel);
  shipped.set(kernel, parts);
  return parts;
}

function partsOf(kernel: string): MachineParts {
  const spec = kernelSpec(kernel);
  if (!spec) throw new Usage(`no kernel "${kernel}". There are: ${KERNELS.map((k) => k.profile.name).join(', ')}`);
  const file = (extension: string): Uint8Array => readBytes(join(publicFolder(), 'btf', `${spec.files}.${extension}`));
  const parts = openMachineParts(kernel, file('btf'), new Uint32Array(file('ids').slice().buffer));
  if (!parts.ok) throw new Usage(`public/btf: ${parts.error.message}`);
  const packed = (extension: string): Uint8Array => gunzipSync(file(extension));
  const whole = once(() => (spec.derive ? null : openedOrNull(packed('whole.btf.gz'))));
  const config = once(() => parseConfig(new TextDecoder().decode(packed('config.gz'))));
  return { ...parts.value, whole, config };
}

function openedOrNull(bytes: Uint8Array): Btf | null {
  const opened = openBtf(bytes);
  return opened.ok ? opened.value : null;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The scenario with its object files read from public/samples. */
export function withSamples(scenario: Scenario): Scenario {
  const { samples = [], objects } = scenario;
  const read = (file: string): string => toBase64(readBytes(join(publicFolder(), 'samples', file)));
  return { ...scenario, objects: { ...objects, ...Object.fromEntries(samples.map((file) => [file, read(file)])) } };
}

/** Interval at which a long run reports its progress, ms. */
const TELL_EVERY = 5_000;

/** Runs to a time, ns; a long run reports its progress on stderr. */
export function runTo(lab: Lab, until: number): void {
  let next = performance.now() + TELL_EVERY;
  lab.approach(until);
  lab.advance(until, () => {
    if (performance.now() < next) return true;
    next = performance.now() + TELL_EVERY;
    console.error(`(${(lab.time / 1e9).toFixed(3)} of ${until / 1e9} s so far; Ctrl+C ends it)`);
    return true;
  });
}

/** Formats a table with aligned columns, numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const text = [head, ...rows.map((row) => row.map(String))];
  const widths = head.map((_, i) => Math.max(...text.map((row) => row[i].length)));
  return text
    .map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '))
    .join('\n');
}
