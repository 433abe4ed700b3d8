/*
 * Judges a BTF as BPF_BTF_LOAD does: the kernel's first complaint with its errno, and the log (btf_parse() in
 * kernel/bpf/btf.c of 6.12). `openBtf` refuses only what it cannot read; a BTF that is loaded must also pass this.
 */
import { entryOf } from '../base/assert.ts';
import type { ErrnoName } from '../base/errno.ts';
import type { BinaryError } from '../base/result.ts';
import type { Btf, BtfKindName, BtfType } from './btf.ts';
import type { RawNames } from './check-log.ts';
import { rawNames, typeLine } from './check-log.ts';
import type { Meta } from './check-meta.ts';
import { brokenRule, itemLines } from './check-meta.ts';
import type { Complaint } from './check-resolve.ts';
import { checkReferences } from './check-resolve.ts';
import { decodeType } from './decode.ts';
import { describeHeader, readHeader } from './header.ts';
import { openBtf, openSplitBtf, stringsOf } from './read.ts';
import type { StringSection } from './strings.ts';
import { openStrings } from './strings.ts';
import { infoKind, infoVlen, KIND_NAMES, readInfo, typeLength } from './wire.ts';

export interface BtfVerdict {
  /** null: accepted */
  readonly errno: ErrnoName | null;
  readonly message: string;
  /** byte offset, -1 when accepted */
  readonly offset: number;
  /** what the kernel writes at log level 1 or more */
  readonly log: string;
}

const ERRNO_OF: Readonly<Record<string, ErrnoName>> = {
  'Unsupported btf_header': 'E2BIG',
  'Unsupported version': 'ENOTSUPP',
  'Unsupported flags': 'ENOTSUPP',
  'Unsupported encoding': 'ENOTSUPP',
  'Exceeded max resolving depth:32': 'E2BIG',
  'Loop detected': 'EEXIST',
  'Max chain length or cycle detected': 'ELOOP',
};

/** `base`: the BTF that this one adds to. */
export function checkBtf(bytes: Uint8Array, base?: Btf): BtfVerdict {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const log = [describeHeader(view)];
  const refusal = findRefusal(bytes, view, log, base);
  if (refusal === null) return { errno: null, message: '', offset: -1, log: log.join('') };
  const { message, offset, text } = refusal;
  return { errno: ERRNO_OF[message] ?? 'EINVAL', message, offset, log: log.join('') + text };
}

interface Refusal {
  readonly message: string;
  readonly offset: number;
  /** what ends the log */
  readonly text: string;
}

const plain = ({ message, offset }: BinaryError): Refusal => ({ message, offset, text: message });

/** The phases of btf_parse(): header, each type by itself, references. */
function findRefusal(bytes: Uint8Array, view: DataView, log: string[], base?: Btf): Refusal | null {
  const sections = readHeader(view, base !== undefined);
  if (!sections.ok) return plain(sections.error);
  const first = base?.idLimit ?? 1;
  const { typeStart, typeEnd } = sections.value;
  const places = [typeStart];
  const placeOf = (id: number) => entryOf(places, id - first);
  const strings = openStrings(bytes, sections.value, base && stringsOf(base));
  const check: MetaCheck = { view, strings, end: typeEnd, names: rawNames(view, strings, placeOf), log };
  for (let at = typeStart, id = first; at < typeEnd; id++) {
    const checked = checkMeta(check, id, at);
    if ('message' in checked) return checked;
    at += checked.length;
    places.push(at);
  }
  const opened = base ? openSplitBtf(bytes, base) : openBtf(bytes);
  if (!opened.ok) return plain(opened.error);
  const complaint = checkReferences(opened.value, check.names) ?? checkTags(opened.value);
  return complaint && { message: complaint.message, offset: placeOf(complaint.id), text: complaint.text };
}

interface MetaCheck {
  readonly view: DataView;
  readonly strings: StringSection;
  /** byte offsets of the type section */
  readonly end: number;
  readonly names: RawNames;
  readonly log: string[];
}

/** One type by itself: its length in bytes, or why it is refused. Writes its lines to the log. */
function checkMeta(check: MetaCheck, id: number, at: number): Refusal | { readonly length: number } {
  const { view, strings, names, end } = check;
  const info = readInfo(view, at, end, id);
  if (!info.ok) return plain(info.error);
  const nameOffset = view.getUint32(at, true);
  if (nameOffset >= strings.length) return plain({ message: `[${id}] Invalid name_offset:${nameOffset}`, offset: at });
  const length = typeLength(view, at, end, id);
  if (!length.ok) {
    const { message, offset } = length.error;
    const head = `[${id}] ${KIND_NAMES[infoKind(info.value)]} ${names.text(nameOffset)}`;
    return { message, offset, text: `${message.replace(`[${id}]`, head)}\n` };
  }
  const type = decodeType({ view, strings, translate: (reference) => reference }, id, at);
  const refusal = checkRules({ type, view, at, vlen: infoVlen(info.value), strings, names }, check.log);
  return refusal ?? { length: length.value };
}

function checkRules(meta: Meta, log: string[]): Refusal | null {
  const { type, names } = meta;
  const broken = brokenRule(meta);
  if (broken) {
    const { message, brief } = broken;
    return { message, offset: meta.at, text: `${typeLine(names, type, !brief)} ${message}\n` };
  }
  log.push(typeLine(names, type), '\n');
  for (const item of itemLines(meta)) {
    const head = item.aboutType ? typeLine(names, type) : item.text;
    if (item.message !== null) return { message: item.message, offset: item.at, text: itemRefusal(head, item.message) };
    log.push(item.text, '\n');
  }
  return null;
}

/** Reports an item whose name lies outside the string section, on a log line of its own. */
function itemRefusal(head: string, message: string): string {
  return head === '' ? `\t${message}` : `${head} ${message}\n`;
}

const MAX_CHAIN = 32;
const MODIFIERS = new Set<BtfKindName>(['TYPEDEF', 'VOLATILE', 'CONST', 'RESTRICT', 'TYPE_TAG']);

/** Type tags stand nearest to what they are about, before every other modifier (btf_check_type_tags()). */
function checkTags(btf: Btf): Complaint | null {
  for (let i = 0; i < btf.count; i++) {
    const id = btf.idAt(i);
    const message = tagProblem(btf, btf.type(id));
    if (message !== null) return { message, text: message, id };
  }
  return null;
}

function tagProblem(btf: Btf, first: BtfType | null): string | null {
  let inTags = first?.kind === 'TYPE_TAG';
  let type = first;
  for (let left = MAX_CHAIN; type !== null && MODIFIERS.has(type.kind); left--) {
    if (left === 0) return 'Max chain length or cycle detected';
    if (type.kind !== 'TYPE_TAG') inTags = false;
    else if (!inTags) return "Type tags don't precede modifiers";
    type = btf.type(type.type);
  }
  return null;
}
