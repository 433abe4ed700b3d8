/*
 * A stand-in for bpf(2) that only runs the verifier: a loader loads its object as usual, and the verdict on each
 * program is kept. No map is made and no program runs, so kinds of maps, helpers and kernel functions that the machine
 * lacks can still be verified.
 */
import { ERRNO } from '../base/errno.ts';
import type { Btf } from '../btf/btf.ts';
import { openBtf } from '../btf/read.ts';
import type { BpfAttr, BpfCommand } from '../kernel/attr.ts';
import type { SyscallResult } from '../kernel/calls.ts';
import { MAP_TYPE_STRUCT_OPS } from '../kernel/uapi.ts';
import {
  factsOf,
  followedType,
  funcInfoOf,
  lineInfoOf,
  mapFields,
  type Verdict,
  type VerifierEnvironment,
  verify,
  verifySteps,
  type VerifierMap,
  type VerifierProgram,
} from '../verifier/index.ts';
import type { Syscall } from './process.ts';

export interface JudgeParts {
  /** the kernel's types, all of them if available */
  readonly kernel: Btf;
  /** name of the kernel's profile */
  readonly profile: string;
  /** log level of every verification; when absent, as the loader requests: none, then level 1 after a refusal */
  readonly logLevel?: number;
  /** bytes of the log */
  readonly logSize: number;
  /** prog_flags added to the loader's */
  readonly flags?: number;
  /** most register states kept for the views */
  readonly recordVisits?: number;
  /**
   * whether programs of a struct_ops type, given by its BTF id, may write every field of the structs that they are
   * given
   */
  readonly writesStructs: (struct: number) => boolean;
  /** Postpones verification: loading goes on at once, and each program's `steps` verify it later, in slices. */
  readonly deferred?: boolean;
}

export interface Judged {
  readonly name: string;
  readonly insns: Uint8Array;
  /** null: programs of this type are not supported, or verification was postponed */
  readonly verdict: Verdict | null;
  /** verifies the program, a bounded amount of work per step; null for a type that is not supported */
  readonly steps: (() => Generator<void, Verdict>) | null;
}

export interface Judge {
  readonly bpf: Syscall;
  readonly close: (fd: number) => void;
  /** in the order in which the programs were loaded */
  readonly judged: readonly Judged[];
}

type Held = { readonly btf: Btf } | { map: VerifierMap } | { readonly prog: string };

/** The first fd that a process opens. */
const FIRST_FD = 3;
const MAX_INSNS = 1_000_000;

export function createJudge(parts: JudgeParts): Judge {
  const held = new Map<number, Held>();
  const judged: Judged[] = [];
  const open = (what: Held): number => {
    const fd = FIRST_FD + held.size;
    held.set(fd, what);
    return fd;
  };
  const btfAt = (fd: number | undefined): Btf | null => {
    const found = held.get(fd ?? 0);
    return found && 'btf' in found ? found.btf : null;
  };
  const mapAt = (fd: number | undefined): VerifierMap | null => {
    const found = held.get(fd ?? 0);
    return found && 'map' in found ? found.map : null;
  };
  const change = (fd: number | undefined, more: Partial<VerifierMap>): number => {
    const found = held.get(fd ?? 0);
    if (found && 'map' in found) found.map = { ...found.map, ...more };
    return 0;
  };
  const calls: { readonly [C in BpfCommand]?: (attr: BpfAttr[C], out: SyscallResult['out']) => number } = {
    BPF_BTF_LOAD({ btf }) {
      const opened = btf instanceof Uint8Array ? openBtf(btf) : null;
      return opened?.ok ? open({ btf: opened.value }) : -ERRNO.EINVAL;
    },
    BPF_MAP_CREATE: (attr) => open({ map: mapOf(attr, btfAt(attr.btf_fd), mapAt(attr.inner_map_fd)) }),
    BPF_MAP_UPDATE_ELEM: ({ map_fd, value }) =>
      change(map_fd, value instanceof Uint8Array ? { contents: value.slice() } : {}),
    BPF_MAP_FREEZE: ({ map_fd }) => change(map_fd, { frozen: true }),
    BPF_PROG_LOAD(attr, out) {
      const name = textOf(attr.prog_name);
      const program = programOf(attr, btfAt(attr.prog_btf_fd), parts);
      if ((attr.insn_cnt ?? 0) > MAX_INSNS) return -ERRNO.E2BIG;
      const fdAnswer = (fd: number): VerifierMap | 'other' | null => mapAt(fd) ?? (held.has(fd) ? 'other' : null);
      const logLevel = parts.logLevel ?? attr.log_level ?? 0;
      const environment = program && environmentOf(program, fdAnswer, logLevel, parts);
      const verdict = program && environment && !parts.deferred ? verify(program, environment) : null;
      const steps = program && environment ? () => verifySteps(program, environment) : null;
      judged.push({ name, insns: program?.insns ?? new Uint8Array(), verdict, steps });
      out.log = verdict?.log ?? '';
      // ENOSPC for a log that is too small would only make the loader retry
      return verdict && verdict.walkErrno !== 0 ? -verdict.walkErrno : open({ prog: name });
    },
  };
  const bpf: Syscall = (command, attr) => {
    const out: SyscallResult['out'] = {};
    const ret = calls[command]?.(attr, out) ?? 0;
    return { ret, trace: [], message: null, out };
  };
  return { bpf, close: () => {}, judged };
}

const textOf = (given: unknown): string => (typeof given === 'string' ? given : '');

function mapOf(attr: BpfAttr['BPF_MAP_CREATE'], btf: Btf | null, inner: VerifierMap | null): VerifierMap {
  const { map_type: type = 0, btf_value_type_id: valueType = 0 } = attr;
  return {
    name: textOf(attr.map_name),
    type,
    keySize: attr.key_size ?? 0,
    valueSize: attr.value_size ?? 0,
    maxEntries: attr.max_entries ?? 0,
    flags: attr.map_flags ?? 0,
    hasBtf: btf !== null && type !== MAP_TYPE_STRUCT_OPS,
    ...(btf && valueType !== 0 ? { fields: mapFields(btf, valueType) } : {}),
    ...(inner ? { inner } : {}),
  };
}

/** The program in the verifier's form; null for a type that is not supported. */
function programOf(attr: BpfAttr['BPF_PROG_LOAD'], btf: Btf | null, { flags = 0 }: JudgeParts): VerifierProgram | null {
  const type = followedType(attr.prog_type ?? 0);
  if (type === null) return null;
  const { func_info, func_info_cnt = 0, func_info_rec_size = 8 } = attr;
  const { line_info, line_info_cnt = 0, line_info_rec_size = 16 } = attr;
  const { insns, license } = attr;
  return {
    insns: insns instanceof Uint8Array ? insns : new Uint8Array(),
    type,
    attachBtfId: attr.attach_btf_id ?? 0,
    expectedAttachType: attr.expected_attach_type ?? 0,
    license: license instanceof Uint8Array ? new TextDecoder().decode(license).replace(/\0.*/s, '') : 'GPL',
    flags: (attr.prog_flags ?? 0) | flags,
    name: textOf(attr.prog_name),
    btf,
    funcInfo: btf ? funcInfoOf({ bytes: func_info, count: func_info_cnt, size: func_info_rec_size }) : [],
    lineInfo: btf ? lineInfoOf({ bytes: line_info, count: line_info_cnt, size: line_info_rec_size }, btf) : [],
  };
}

function environmentOf(
  program: VerifierProgram,
  mapByFd: (fd: number) => VerifierMap | 'other' | null,
  logLevel: number,
  { kernel, profile, logSize, recordVisits, writesStructs }: JudgeParts,
): VerifierEnvironment {
  return {
    facts: factsOf(profile),
    btf: kernel,
    mapByFd,
    logLevel,
    logSize,
    ...(recordVisits === undefined ? {} : { recordVisits }),
    writesStructs: program.type === 'struct_ops' && writesStructs(program.attachBtfId),
  };
}
