/*
 * A lab as a short text for an address and as a file. The text is the version, a dot, and the JSON deflated (RFC 1951)
 * in base64 for addresses (RFC 4648, section 5). Inflating stops at a limit, so that a small link cannot fill the memory.
 */
import { fromBase64, toBase64 } from '../../engine/index.ts';
import { type LabDoc, labDoc } from './lab-doc.ts';
import { bad, type Decoded, type Decoder } from './schema.ts';

const VERSION = 1;
/** largest link, in bytes after inflating */
const MOST_INFLATED = 1024 * 1024;
/** largest file, in UTF-16 units: enough for an object file or two */
const MOST_FILE = 24 * 1024 * 1024;

const squeeze = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> => {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

/** Inflates; null when damaged, 'large' when longer than the limit. */
async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array | 'large' | null> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > MOST_INFLATED) {
        await reader.cancel().catch(() => {});
        return 'large';
      }
      parts.push(value);
    }
  } catch {
    return null;
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const forAddress = (base64: string): string => base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
const fromAddress = (packed: string): Uint8Array<ArrayBuffer> | null => {
  if (!/^[\w-]*$/.test(packed)) return null;
  const plain = packed.replaceAll('-', '+').replaceAll('_', '/');
  return fromBase64(plain.padEnd(Math.ceil(plain.length / 4) * 4, '=')) as Uint8Array<ArrayBuffer> | null;
};

/** `1.q1YqTk7NS8wt…` */
export async function packLab(doc: LabDoc): Promise<string> {
  const bytes = await squeeze(new TextEncoder().encode(JSON.stringify(doc)));
  return `${VERSION}.${forAddress(toBase64(bytes))}`;
}

const NEWER = (version: string): string =>
  `It was made by a newer version of this page (format ${version}; this page reads format ${VERSION}). Reload the page to get the newest version, then open it again`;

function parseJson<T>(json: string, decode: Decoder<T>): Decoded<T> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return bad('', 'It is not whole: a part of it is missing or damaged');
  }
  return decode(value, '');
}

/** Decodes a lab from `packLab`; returns it or an error. */
export async function unpackLab(packed: string): Promise<Decoded<LabDoc>> {
  const [, version, body = ''] = /^(\d{1,6})\.(.*)$/s.exec(packed) ?? [];
  if (version === undefined) return bad('', 'It does not say its version: the beginning is missing');
  if (Number(version) > VERSION) return bad('', NEWER(version));
  if (Number(version) < 1) return bad('', `There was never a format ${version}`);
  const bytes = fromAddress(body);
  if (!bytes) return bad('', 'It has characters that no link has');
  const inflated = await inflate(bytes);
  if (inflated === null) return bad('', 'It is not whole: a part of it is missing or damaged');
  if (inflated === 'large') return bad('', 'It holds more than 1 MB: ask for it as a file');
  let json: string;
  try {
    json = new TextDecoder('utf-8', { fatal: true }).decode(inflated);
  } catch {
    return bad('', 'It is damaged: its text is not UTF-8');
  }
  return parseJson(json, labDoc);
}

/** Name of the first field in a saved lab. */
const MAGIC = 'ops.play';

/** A human-readable file: first the format's number, then the lab. */
export const labFile = (doc: LabDoc): string => `${JSON.stringify({ [MAGIC]: VERSION, lab: doc }, null, 1)}\n`;

/** Whether a text is meant to be a saved lab: then `readLabFile` says what is wrong with it. */
export const isLabFile = (text: string): boolean => new RegExp(`^\\s*\\{\\s*"${MAGIC}"`).test(text.slice(0, 200));

const wrapper: Decoder<LabDoc> = (value, at) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return bad(at, 'It is not a saved lab');
  const fields = new Map<string, unknown>(Object.entries(value));
  const version = fields.get(MAGIC);
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1)
    return bad(at, `"${MAGIC}" must be the number of a format, as 1`);
  if (version > VERSION) return bad(at, NEWER(String(version)));
  const extra = [...fields.keys()].find((key) => key !== MAGIC && key !== 'lab');
  if (extra !== undefined) return bad(extra.slice(0, 40), 'is a field that this version does not know');
  return labDoc(fields.get('lab'), 'lab');
};

/** Reads the lab in a file; returns it or an error. */
export function readLabFile(text: string): Decoded<LabDoc> {
  if (text.length > MOST_FILE) return bad('', 'It is larger than 24 MB');
  return parseJson(text, wrapper);
}
