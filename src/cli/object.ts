import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import {
  dumpC,
  Lab,
  knownKind,
  openBtfFile,
  registerObject,
  type ScenarioStep,
  toBase64,
  TYPES_TEXT,
} from '../engine/index.ts';
import { declareStructOps } from '../engine/late.ts';
import { readBytes, shippedParts, Usage, type Verb } from './cli.ts';

function parse(args: string[]) {
  try {
    const options = {
      kernel: { type: 'string' },
      debug: { type: 'boolean' },
      type: { type: 'string' },
      call: { type: 'string', multiple: true },
    } as const;
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new Usage(error instanceof Error ? error.message : String(error));
  }
}

/** `step 3 0x10 [0a0b]`: a member, and numbers or bytes in brackets. */
function parseCall(text: string): { member: string; args: (number | string)[] } {
  const [member = '', ...words] = text.trim().split(/\s+/);
  const args = words.map((word) => {
    const bytes = /^\[([0-9a-fA-F]*)\]$/.exec(word);
    if (bytes) return bytes[1];
    const value = Number(word);
    if (word === '' || !Number.isInteger(value)) throw new Usage(`--call takes numbers and [bytes], not "${word}"`);
    if (Number.isSafeInteger(value)) return value;
    const exact = BigInt(word);
    if (exact < -(2n ** 63n) || exact >= 2n ** 64n) throw new Usage(`--call: ${word} does not fit in 64 bits`);
    return exact < 0n ? `-0x${(-exact).toString(16)}` : `0x${exact.toString(16)}`;
  });
  return { member, args };
}

/** C declarations, or the types of a BTF printed as C. */
function typeText(bytes: Uint8Array, file: string): string {
  if (bytes[0] !== 0x9f || bytes[1] !== 0xeb) return new TextDecoder().decode(bytes);
  const btf = openBtfFile(bytes);
  const text = btf.ok ? dumpC(btf.value) : btf;
  if (!text.ok) throw new Usage(`${file}: ${text.error.message}`);
  return text.value;
}

/** Loads and registers an object on a kernel with a text's types, then calls members. */
function callMembers(file: string, types: string | undefined, calls: readonly string[], debug: boolean): number {
  const parts = shippedParts();
  const text = types === undefined ? undefined : typeText(readBytes(types), types);
  if (text !== undefined && types !== undefined) {
    const { value, diagnostics } = declareStructOps(text, parts.btf);
    for (const { severity, code, message, range } of diagnostics) {
      console.error(`${types}:${range.line + 1}:${range.column + 1}: ${severity} ${code}: ${message}`);
    }
    if (!value.btf) return 1;
  }
  const object = basename(file);
  const commands: ScenarioStep['command'][] = [
    { do: 'load-object', process: 'lab', map: 'A', object, attach: true },
    ...calls.map((call) => ({ do: 'call-member' as const, process: 'lab', map: 'A', ...parseCall(call) })),
  ];
  const lab = new Lab(parts, {
    id: 'object',
    title: object,
    intro: '',
    path: { rateBps: 1e7, delayNs: 1e7, queuePackets: 50 },
    seed: 1,
    texts: text === undefined ? {} : { [TYPES_TEXT]: text },
    objects: { [object]: toBase64(readBytes(file)) },
    steps: commands.map((command, i) => ({ at: (i + 1) * 1e6, caption: '', command })),
    openAt: 0,
    until: 1e9,
    expect: [],
  });
  lab.seek(1e9);
  for (const { source, level, text: line } of lab.history.messages) {
    if (level === 'debug' && !debug) continue;
    if (source === 'libbpf') console.error(`libbpf: ${line}`);
    else if (level === 'error') console.error(`Error: ${line}`);
    else console.log(line);
  }
  const { dmesg } = lab.machine.kernel.state;
  for (const { text: line } of dmesg) console.error(`dmesg: ${line}`);
  // a member may return a negative number, so only calls of bpf(2) count as failures
  const failed = lab.history.calls.filter(({ ret, name }) => ret < 0 && name.startsWith('BPF_'));
  for (const call of failed) console.error(`${call.text} = ${lab.machine.answerOf(call)}`);
  return failed.length > 0 || lab.history.messages.some(({ level }) => level === 'error') ? 1 : 0;
}

const PREFIX = { error: 'Error: ', dmesg: 'dmesg: ', warn: 'libbpf: ', info: 'libbpf: ', debug: 'libbpf: ' } as const;

export const objectVerb: Verb = {
  name: 'object',
  usage: "object FILE.bpf.o [--kernel NAME] [--debug] [--type FILE.h] [--call 'MEMBER ARG...']",
  summary: 'opens, loads and attaches an object as libbpf does; --type adds struct_ops types, --call calls members',
  run(args) {
    const { values, positionals } = parse(args);
    const [file] = positionals;
    if (file === undefined || positionals.length > 1) throw new Usage('takes one object file');
    if (values.type !== undefined || values.call) {
      if (values.kernel !== undefined && values.kernel !== 'v6.12') throw new Usage('members are called on v6.12 only');
      return callMembers(file, values.type, values.call ?? [], values.debug ?? false);
    }
    const known = knownKind(file, readBytes(file));
    if (known) {
      console.error(`lab object: ${known.title}. ${known.detail}`);
      return 1;
    }
    const kernel = values.kernel ?? 'v6.12';
    const { btf, profile, ...extras } = shippedParts(kernel);
    const { ok, lines } = registerObject(readBytes(file), file, btf, profile, extras);
    for (const { level, text } of lines) {
      if (level === 'debug' && !values.debug) continue;
      if (level === 'result') console.log(text);
      else console.error(`${PREFIX[level]}${text}`);
    }
    return ok ? 0 : 1;
  },
};
