/* Asks the verifier about a program that is being loaded (bpf_check). */
import { contentKey } from '../base/hash.ts';
import type { Btf } from '../btf/btf.ts';
import { openBtf, stringAt } from '../btf/read.ts';
import {
  factsOf,
  type FdAnswer,
  type FuncInfo,
  type LineInfo,
  type Verdict,
  verify,
  type VerifierMap,
  type VerifierProgram,
} from '../verifier/index.ts';
import type { Core } from './core.ts';
import { objectOf } from './fds.ts';
import { blob } from './objects.ts';
import type { ProgLoad } from './prog-loading.ts';
import type { MapObject } from './state.ts';

/** enum bpf_prog_type: the types whose programs the verifier follows here. */
const FOLLOWED: Readonly<Record<number, string>> = {
  1: 'socket_filter',
  2: 'kprobe',
  3: 'sched_cls',
  4: 'sched_act',
  5: 'tracepoint',
  6: 'xdp',
  8: 'cgroup_skb',
  17: 'raw_tracepoint',
  27: 'struct_ops',
  31: 'syscall',
};

/** Bytes that no log reaches. */
const UNBOUNDED = 0x3fff_ffff;

/** BPF_LINE_INFO_LINE_NUM: the low bits of the last word are the column. */
const COLUMN_BITS = 10;

/** Words of each record of a table that user space gave; records may be longer than what is read. */
function records(bytes: unknown, count: number, size: number, words: number): number[][] {
  if (!(bytes instanceof Uint8Array) || count === 0 || bytes.length < count * size) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: words }, (__, word) => view.getUint32(i * size + word * 4, true)),
  );
}

function funcInfo({ attr }: ProgLoad): FuncInfo[] {
  return records(attr.func_info, attr.func_info_cnt, attr.func_info_rec_size, 2).map(([insnOff, typeId]) => ({
    insnOff,
    typeId,
  }));
}

function lineInfo({ attr }: ProgLoad, btf: Btf): LineInfo[] {
  return records(attr.line_info, attr.line_info_cnt, attr.line_info_rec_size, 4).map(
    ([insnOff, file, text, place]) => ({
      insnOff,
      file: stringAt(btf, file),
      text: stringAt(btf, text),
      line: place >>> COLUMN_BITS,
    }),
  );
}

/** A map as the verifier sees it; the contents of a frozen one are constants. */
function verifierMap(k: Core, map: MapObject): VerifierMap {
  const { plain, name, type, keySize, valueSize, maxEntries, flags, frozen } = map;
  const isConstant = frozen && plain !== null && maxEntries === 1 && plain.values !== 0;
  return {
    name,
    type,
    keySize,
    valueSize,
    maxEntries,
    flags,
    frozen,
    hasBtf: map.btf !== 0,
    ...(isConstant && plain ? { contents: k.memory.u8.slice(plain.values, plain.values + valueSize) } : {}),
  };
}

function mapByFd({ k, pid }: ProgLoad, fd: number): FdAnswer {
  const object = objectOf(k, pid, fd, 'map');
  if (object >= 0) return k.state.maps[object].plain ? verifierMap(k, k.state.maps[object]) : 'other';
  return objectOf(k, pid, fd, 'prog') >= 0 || objectOf(k, pid, fd, 'btf') >= 0 ? 'other' : null;
}

function ownBtf({ k, btf }: ProgLoad): Btf | null {
  if (btf === 0) return null;
  const opened = openBtf(blob(k, k.state.btfs[btf].blob));
  return opened.ok ? opened.value : null;
}

/** Verdicts by everything that they depend on, where no map is among it: going back loads the same programs again. */
const known = new WeakMap<Btf, Map<string, Verdict>>();

/** Follows every path of the program; null for a type that is not followed here. */
export function verifyProgram(x: ProgLoad): Verdict | null {
  const { k, attr, insns } = x;
  const type = FOLLOWED[attr.prog_type];
  if (type === undefined) return null;
  const btf = ownBtf(x);
  const logLevel = attr.log_level;
  // without a buffer the log is only measured
  const logSize = attr.log_buf === null ? UNBOUNDED : attr.log_size;
  const writesStructs = x.type?.subsystem.writesStructs ?? false;
  const program: VerifierProgram = {
    insns,
    type,
    attachBtfId: attr.attach_btf_id,
    expectedAttachType: attr.expected_attach_type,
    license: x.license,
    flags: attr.prog_flags,
    name: x.name,
    btf,
    funcInfo: btf ? funcInfo(x) : [],
    lineInfo: btf ? lineInfo(x, btf) : [],
  };
  const ask = (): Verdict =>
    verify(program, {
      facts: factsOf(k.profile.name),
      btf: k.whole?.() ?? k.btf,
      mapByFd: (fd) => mapByFd(x, fd),
      logLevel,
      logSize,
      writesStructs,
    });
  if (x.refs.maps.length > 0) return ask();
  const { attachBtfId, expectedAttachType, flags } = program;
  const key = [k.profile.name, contentKey(insns), x.btf === 0 ? '' : k.state.btfs[x.btf].blob, type, x.license]
    .concat([attachBtfId, expectedAttachType, flags, logLevel, logSize].map(String))
    .join(' ');
  const verdicts = known.get(k.btf) ?? new Map<string, Verdict>();
  known.set(k.btf, verdicts);
  const verdict = verdicts.get(key) ?? ask();
  verdicts.set(key, verdict);
  return verdict;
}
