/*
 * The part of the address after `#`. A lab that differs only in scenario, kernel and time is written in readable form:
 * `#scenario=swap-by-link&at=505`, milliseconds. Anything else is packed: `#lab=1.…`.
 */
import { packLab, unpackLab } from './codec.ts';
import type { LabDoc } from './lab-doc.ts';
import { bad, type Decoded, good } from './schema.ts';

/** Longest link, in characters; mail programs and chats truncate longer ones, so a file is offered instead. */
export const LONGEST_LINK = 8000;
/** Longest link for a QR code that a phone can read from a wall. */
export const LONGEST_QR = 500;

/** Engine nanoseconds in a millisecond. */
const MS = 1e6;

const isPlain = ({ scenario, kernel: _, time: __, ...rest }: LabDoc): boolean =>
  /^[\w-]+$/.test(scenario) && Object.keys(rest).length === 0;

/** The hash of a lab, including `#`. */
export async function hashOf(doc: LabDoc): Promise<string> {
  if (!isPlain(doc)) return `#lab=${await packLab(doc)}`;
  const kernel = doc.kernel === undefined ? '' : `&kernel=${encodeURIComponent(doc.kernel)}`;
  const at = doc.time === undefined ? '' : `&at=${doc.time / MS}`;
  return `#scenario=${doc.scenario}${kernel}${at}`;
}

/** Parameters allowed after `#`, each once. */
const KNOWN = new Set(['lab', 'scenario', 'kernel', 'at', 'embed', 'theme']);

function plainDoc(fields: ReadonlyMap<string, string>): Decoded<LabDoc> {
  const scenario = fields.get('scenario') ?? '';
  if (!/^[\w-]{1,80}$/.test(scenario)) return bad('scenario', 'must be the name of a scenario, as swap-by-link');
  const kernel = fields.get('kernel');
  if (kernel !== undefined && !/^[\w.-]{1,40}$/.test(kernel))
    return bad('kernel', 'must be the name of a kernel, as v6.12');
  const at = fields.get('at');
  const time = at === undefined ? undefined : Math.round(Number(at) * MS);
  if (time !== undefined && !(at?.trim() !== '' && time >= 0 && time <= 1e15))
    return bad('at', 'must be a time in milliseconds, as 505');
  return good({
    scenario,
    ...(kernel === undefined ? {} : { kernel }),
    ...(time === undefined ? {} : { time }),
  });
}

/** Contents of a hash: a lab and other requests. */
export interface Address {
  /** null when the address names no lab */
  readonly lab: Decoded<LabDoc> | null;
  /** a single view of the page, for a slide */
  readonly embed: string | null;
  readonly theme: 'light' | 'dark' | null;
}

/** Reads the part of an address from `#` on. */
export async function readHash(hash: string): Promise<Address> {
  const text = hash.replace(/^#/, '');
  const fields = new Map(new URLSearchParams(text));
  const theme = fields.get('theme');
  const rest: Omit<Address, 'lab'> = {
    embed: fields.get('embed') ?? null,
    theme: theme === 'light' || theme === 'dark' ? theme : null,
  };
  if (text === '') return { lab: null, ...rest };
  const unknown = [...fields.keys()].find((key) => !KNOWN.has(key));
  if (unknown !== undefined)
    return { lab: bad('', `“${unknown.slice(0, 40)}” means nothing in a link of this page`), ...rest };
  const packed = fields.get('lab');
  if (packed !== undefined) return { lab: await unpackLab(packed), ...rest };
  return { lab: fields.has('scenario') ? plainDoc(fields) : null, ...rest };
}
