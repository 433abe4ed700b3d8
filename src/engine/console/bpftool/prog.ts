/* bpftool prog: show, pin, and dumps of the rewritten instructions and of machine code (prog.c, xlated_dumper.c). */
import type { Btf } from '../../btf/btf.ts';
import { stringAt } from '../../btf/read.ts';
import { helperName } from '../../isa/helper-names.ts';
import { encode } from '../../isa/insn.ts';
import { kernelLine } from '../../isa/disassembler.ts';
import { CALL_KIND, isWide, OPCODE } from '../../isa/opcodes.ts';
import type { JitedFunction, ProgCodeInfo } from '../../kernel/prog-code.ts';
import type { LineRecord, XlatedInsn } from '../../kernel/xlated.ts';
import { strerror } from '../../libbpf/strerror.ts';
import { PROG_TYPE_NAMES } from '../prog-types.ts';
import { type Bpftool, hexByte, hexBytes, jsonBytes, textAt, withFd } from './context.ts';
import { byId, findObjects, findOne, pinFd, PROG_INFO_BYTES } from './find.ts';
import { openBtfById } from './btf-by-id.ts';
import { functionSignature } from './values.ts';

interface ProgInfo {
  readonly view: DataView;
  readonly code: ProgCodeInfo;
  readonly id: number;
  readonly name: string;
  readonly tag: string;
  readonly btfId: number;
}

function readInfo(tool: Bpftool, fd: number): ProgInfo {
  const { view, out } = tool.infoOf(fd, PROG_INFO_BYTES);
  const tag = Array.from({ length: 8 }, (_, i) => hexByte(view.getUint8(8 + i))).join('');
  const code = out.prog ?? {
    xlated: { insns: [], bytes: new Uint8Array(), lines: [], funcs: [] },
    jited: [],
    mapIds: [],
  };
  return { view, code, id: view.getUint32(4, true), name: textAt(view, 64, 16), tag, btfId: view.getUint32(128, true) };
}

/** get_prog_full_name: a name of 15 characters may be truncated; the program's BTF has the full name. */
function fullName(tool: Bpftool, { name, code, btfId }: ProgInfo): string {
  if (name.length < 15 || btfId === 0) return name;
  const btf = openBtfById(tool, btfId);
  return (btf && btf.type(code.xlated.funcs[0]?.type ?? 0)?.name) || name;
}

/** Name of a program by its fd, from its BTF if possible. */
export function programName(tool: Bpftool, fd: number): string {
  tool.infoOf(fd, PROG_INFO_BYTES);
  const info = readInfo(tool, fd);
  const btf = info.btfId === 0 ? null : openBtfById(tool, info.btfId);
  return (btf && btf.type(info.code.xlated.funcs[0]?.type ?? 0)?.name) || info.name;
}

/** Unix time of boot, which is engine time 0, in seconds. */
const BOOT_SECONDS = 0;

function loadedAt(seconds: number): string {
  const day = Math.floor(seconds / 86_400);
  const two = (n: number): string => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const month = 1 + Math.floor((day % 365) / 31);
  return `${1970 + Math.floor(day / 365)}-${two(month)}-${two(1 + (day % 31))}T${two(h)}:${two(m)}:${two(s)}+0000`;
}

const memlock = ({ code }: ProgInfo): number => Math.ceil((code.xlated.bytes.length + 80) / 4096) * 4096;

function showOne(tool: Bpftool, fd: number): void {
  const info = readInfo(tool, fd);
  const { view, code, id, tag, btfId } = info;
  const name = fullName(tool, info);
  const type = PROG_TYPE_NAMES[view.getUint32(0, true)] ?? 'unknown';
  const seconds = BOOT_SECONDS + Math.floor(Number(view.getBigUint64(40, true)) / 1e9);
  const jited = view.getUint32(16, true);
  const gpl = view.getUint32(84, true) === 1;
  const { json } = tool;
  tool.process.call('openat', `AT_FDCWD, "/proc/self/fdinfo/${fd}", O_RDONLY`, () => 0);
  if (json) {
    json.startObject();
    json.field('id', id);
    json.field('type', type);
    if (name !== '') json.field('name', name);
    json.field('tag', tag);
    json.field('gpl_compatible', gpl);
    json.field('loaded_at', seconds);
    json.field('uid', view.getUint32(48, true));
    if (tool.release.links) json.field('orphaned', false);
    json.field('bytes_xlated', code.xlated.bytes.length);
    json.field('jited', jited > 0);
    if (jited > 0) json.field('bytes_jited', jited);
    json.field('bytes_memlock', memlock(info));
    if (code.mapIds.length > 0) json.list('map_ids', code.mapIds.map(String));
    if (btfId !== 0) json.field('btf_id', btfId);
    json.endObject();
    return;
  }
  tool.out(`${id}: ${type}  ${name === '' ? '' : `name ${name}  `}tag ${tag}${gpl ? '  gpl' : ''}\n`);
  tool.out(`\tloaded_at ${loadedAt(seconds)}  uid ${view.getUint32(48, true)}\n`);
  const maps = code.mapIds.length > 0 ? `  map_ids ${code.mapIds.join(',')}` : '';
  tool.out(
    `\txlated ${code.xlated.bytes.length}B  ${jited > 0 ? `jited ${jited}B` : 'not jited'}  memlock ${memlock(info)}B${maps}\n`,
  );
  if (btfId !== 0) tool.out(`\tbtf_id ${btfId}\n`);
}

function show(tool: Bpftool): number {
  if (tool.left === 2) {
    const fds = findObjects(tool, 'prog');
    if (fds.length > 1) tool.json?.startArray();
    for (const fd of fds) withFd(tool, fd, () => showOne(tool, fd));
    if (fds.length > 1) tool.json?.endArray();
    return 0;
  }
  if (tool.left > 0) return tool.fail(`Wrong number of arguments. See: ${tool.release.called} prog help`);
  tool.json?.startArray();
  for (const id of tool.ids('BPF_PROG_GET_NEXT_ID')) {
    const fd = byId(tool, 'prog', id);
    if (fd < 0) tool.error(`can't get prog by id (${id}): ${strerror(fd)}`);
    else withFd(tool, fd, () => showOne(tool, fd));
  }
  tool.json?.endArray();
  return 0;
}

/** What a dump shows besides the instructions. */
interface DumpOptions {
  readonly opcodes: boolean;
  readonly linum: boolean;
  readonly visual: boolean;
}

interface Dump {
  readonly tool: Bpftool;
  readonly info: ProgInfo;
  readonly btf: Btf | null;
  readonly options: DumpOptions;
}

const signatureAt = ({ info, btf }: Dump, slot: number): string => {
  const record = info.code.xlated.funcs.find((func) => func.slot === slot);
  return btf && record ? functionSignature(btf, record.type) : '';
};

const LINE_BITS = 10;

function lineText(btf: Btf, { text }: LineRecord): string {
  return stringAt(btf, text).trimStart();
}

const placeText = (btf: Btf, { file, place }: LineRecord): string =>
  ` [file:${stringAt(btf, file)} line_num:${place >>> LINE_BITS} line_col:${place & 0x3ff}]`;

/** `call pc+4#bpf_prog_0123456789abcdef_f`, `call bpf_map_update_elem#2` */
function instructionText({ info, tool }: Dump, { insn, target, callee, map }: XlatedInsn): string {
  const code = `(${hexByte(insn.opcode)})`;
  if (map) return `${code} r${insn.dst} = map[id:${map.map.id}]${insn.src === 2 ? `[0]+${insn.high}` : ''}`;
  if (insn.opcode !== OPCODE.CALL) return kernelLine(insn);
  if (insn.src === CALL_KIND.LOCAL) {
    const symbol = info.code.jited.find(({ slot }) => slot === target)?.symbol;
    return `${code} call pc${insn.off < 0 ? '' : '+'}${insn.off}#${symbol ?? insn.imm}`;
  }
  const kfunc = insn.src === CALL_KIND.KFUNC ? tool.process.host.btf.type(insn.imm)?.name : undefined;
  return `${code} call ${kfunc ?? callee ?? helperName(insn.imm)}#${insn.imm}`;
}

const slotBytes = ({ insn }: XlatedInsn): Uint8Array => encode([insn]);

function dumpPlain(d: Dump): void {
  const { tool, info, btf, options } = d;
  for (const made of info.code.xlated.insns) {
    const signature = signatureAt(d, made.slot);
    if (signature !== '') tool.out(`${signature}:\n`);
    const line = info.code.xlated.lines.find(({ slot }) => slot === made.slot);
    if (btf && line && lineText(btf, line) !== '')
      tool.out(`; ${lineText(btf, line)}${options.linum ? placeText(btf, line) : ''}\n`);
    tool.out(`${String(made.slot).padStart(4)}: ${instructionText(d, made)}\n`);
    if (options.opcodes) tool.out(`       ${hexBytes(slotBytes(made))}\n`);
  }
}

function dumpOpcodes({ tool }: Dump, made: XlatedInsn): void {
  const { json } = tool;
  if (!json) return;
  const bytes = slotBytes(made);
  const { opcode, dst, src } = made.insn;
  json.name('opcodes');
  json.startObject();
  json.rawField('code', `"0x${hexByte(opcode)}"`);
  json.rawField('src_reg', `"0x${src.toString(16)}"`);
  json.rawField('dst_reg', `"0x${dst.toString(16)}"`);
  json.list('off', jsonBytes(bytes.subarray(2, 4)));
  json.list('imm', jsonBytes(isWide(opcode) ? bytes.subarray(4, 16) : bytes.subarray(4, 8)));
  json.endObject();
}

function dumpJson(d: Dump): void {
  const { info, btf, options } = d;
  const { json } = d.tool;
  if (!json) return;
  json.startArray();
  for (const made of info.code.xlated.insns) {
    json.startObject();
    const signature = signatureAt(d, made.slot);
    if (signature !== '') json.field('proto', signature);
    const line = info.code.xlated.lines.find(({ slot }) => slot === made.slot);
    if (btf && line && lineText(btf, line) !== '') {
      json.field('src', lineText(btf, line));
      if (options.linum) {
        json.field('file', stringAt(btf, line.file));
        json.field('line_num', line.place >>> LINE_BITS);
        json.field('line_col', line.place & 0x3ff);
      }
    }
    json.field('disasm', instructionText(d, made));
    if (options.opcodes) dumpOpcodes(d, made);
    json.endObject();
  }
  json.endArray();
}

const hexAddress = (address: number): string => `0xffffffff${(address >>> 0).toString(16).padStart(8, '0')}`;

function jitedFunction(d: Dump, fn: JitedFunction): void {
  const { tool, info, btf, options } = d;
  const signature = signatureAt(d, fn.slot);
  if (signature !== '') tool.out(`${signature}:\n`);
  tool.out(`${fn.symbol}:\n`);
  const records = info.code.xlated.lines.filter(({ slot }) => slot >= fn.slot);
  const shown = new Set<LineRecord>();
  for (const { offset, text, to, slot, bytes } of fn.lines) {
    const isFirst = offset === 0;
    for (const record of records) {
      const here = isFirst ? record.slot === fn.slot : record.slot === slot && record.slot !== fn.slot;
      if (!here || shown.has(record) || !btf) continue;
      shown.add(record);
      tool.out(`; ${lineText(btf, record)}${options.linum ? placeText(btf, record) : ''}\n`);
    }
    tool.out(`${offset.toString(16).padStart(4)}:\t${text}${to === null ? '' : hexAddress(fn.address + to)}\n`);
    if (options.opcodes) tool.out(`\t${hexBytes(Uint8Array.from(bytes))}\n`);
  }
  tool.out('\n');
}

function jitedJson(d: Dump, fn: JitedFunction): void {
  const { json } = d.tool;
  if (!json) return;
  json.startObject();
  const signature = signatureAt(d, fn.slot);
  if (signature !== '') json.field('proto', signature);
  json.field('name', fn.symbol);
  json.name('insns');
  json.startArray();
  for (const { offset, text, to } of fn.lines) {
    const [operation = '', ...operands] = `${text}${to === null ? '' : hexAddress(fn.address + to)}`.split(/\s+/);
    json.startObject();
    json.rawField('pc', `"0x${offset.toString(16)}"`);
    json.field('operation', operation);
    json.list(
      'operands',
      operands.filter((one) => one !== '').map((one) => `"${one}"`),
    );
    json.endObject();
  }
  json.endArray();
  json.endObject();
}

/** Basic blocks for `dot`, as `visual` prints them: a node for each block, an edge for each successor. */
function dumpVisual(d: Dump): void {
  const { tool, info } = d;
  const { insns } = info.code.xlated;
  const starts = new Set([0]);
  for (const [i, { target, insn }] of insns.entries()) {
    if (insn.opcode === OPCODE.CALL) continue;
    if (target !== null) starts.add(target);
    const next = insns[i + 1];
    if ((target !== null || insn.opcode === OPCODE.EXIT) && next) starts.add(next.slot);
  }
  tool.out('digraph "DOT graph for eBPF program" {\n');
  let block = 0;
  for (const [i, made] of insns.entries()) {
    if (starts.has(made.slot)) {
      block = made.slot;
      tool.out(`\tbb_${block} [shape=record,label="{`);
    }
    tool.out(`${made.slot}: ${instructionText(d, made).replace(/[<>{}|]/g, '\\$&')}\\l\\\n`);
    const next = insns[i + 1];
    if (next && !starts.has(next.slot)) continue;
    tool.out('}"];\n');
    const edges = new Set<number>();
    if (made.target !== null && made.insn.opcode !== OPCODE.CALL) edges.add(made.target);
    if (next && made.insn.opcode !== OPCODE.EXIT && made.insn.opcode !== OPCODE.JA) edges.add(next.slot);
    for (const to of edges) tool.out(`\tbb_${block} -> bb_${to};\n`);
  }
  tool.out('}\n');
}

function dumpXlated(d: Dump): void {
  if (d.options.visual) dumpVisual(d);
  else if (d.tool.json) dumpJson(d);
  else dumpPlain(d);
}

function dumpJited(d: Dump): void {
  const { jited } = d.info.code;
  if (jited.length === 0) d.tool.fail('no instructions returned');
  if (d.tool.json) {
    d.tool.json.startArray();
    for (const fn of jited) jitedJson(d, fn);
    d.tool.json.endArray();
    return;
  }
  for (const fn of jited) jitedFunction(d, fn);
}

function dump(tool: Bpftool): number {
  const isJited = tool.is('jited');
  if (!isJited && !tool.is('xlated'))
    return tool.fail(`expected 'xlated' or 'jited', got: ${tool.peek() ?? 'nothing'}`);
  tool.next();
  if (isJited && !tool.release.disassembles) return tool.fail('No JIT disassembly support');
  const fd = findOne(tool, 'prog');
  return withFd(tool, fd, () => {
    const words: string[] = [];
    while (tool.left > 0) words.push(tool.next() ?? '');
    const unknown = words.find((word) => !['opcodes', 'linum', 'visual'].includes(word));
    if (unknown !== undefined) return tool.fail(`expected one of 'opcodes', 'linum' or 'visual', got: '${unknown}'`);
    const options = {
      opcodes: words.includes('opcodes'),
      linum: words.includes('linum'),
      visual: words.includes('visual'),
    };
    const info = readInfo(tool, fd);
    const d: Dump = { tool, info, btf: info.btfId === 0 ? null : openBtfById(tool, info.btfId), options };
    if (isJited) dumpJited(d);
    else dumpXlated(d);
    return 0;
  });
}

function pin(tool: Bpftool): number {
  const fd = findOne(tool, 'prog');
  return withFd(tool, fd, () => {
    const path = tool.next() ?? tool.fail('expected a path to pin to');
    const ret = pinFd(tool, fd, path);
    if (ret < 0) return tool.fail(`can't pin the object (${path}): ${strerror(ret)}`);
    tool.json?.null();
    return 0;
  });
}

/** Prints what programs printed, as a reader of trace_pipe would see it. */
function traceLog(tool: Bpftool): number {
  const path = '/sys/kernel/tracing/trace_pipe';
  tool.process.call('openat', `AT_FDCWD, "${path}", O_RDONLY`, () => 3);
  for (const { text } of tool.process.host.kernel.state.trace) tool.out(`${text}\n`);
  return 0;
}

export const PROG_VERBS: Readonly<Record<string, (tool: Bpftool) => number>> = {
  show,
  list: show,
  dump,
  pin,
  tracelog: traceLog,
};
