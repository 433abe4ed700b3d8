/* What the verifier says of a text that is not loaded: the page asks while it is typed. */
import type { Btf } from '../btf/btf.ts';
import { assemble } from '../isa/assembler.ts';
import type { AssembledObject } from '../isa/object.ts';
import type { BpfAttr } from '../kernel/attr.ts';
import { disassemble } from '../isa/disassembler.ts';
import { decode, instructionSlots } from '../isa/insn.ts';
import { openBtf } from '../btf/read.ts';
import { loadObject } from '../libbpf/load.ts';
import type { Syscall } from '../libbpf/process.ts';
import { symbolsFromBtf } from '../libbpf/symbols.ts';
import { factsOf, type Verdict, verify } from '../verifier/index.ts';
import type { World } from './world.ts';

/** An instruction about to be followed on some path. */
export interface VerifiedVisit {
  readonly slot: number;
  readonly path: number;
  /** registers and stack before it, in the kernel's words */
  readonly state: string;
}

export interface VerifiedProgram {
  readonly name: string;
  readonly member: string;
  readonly ok: boolean;
  /** positive; 0: accepted */
  readonly errno: number;
  /** the last line before the counters; empty where it was accepted */
  readonly message: string;
  /** slot that was refused; -1: none, or the program as a whole */
  readonly failedSlot: number;
  readonly log: string;
  readonly processed: number;
  /** 0-based line of the text of each slot */
  readonly lines: readonly number[];
  /** each slot in pseudo-C; empty for the second half of a wide instruction */
  readonly insns: readonly string[];
  /** the first so many */
  readonly visits: readonly VerifiedVisit[];
  readonly paths: readonly { readonly parent: number; readonly from: number; readonly outcome: string }[];
}

const LOG_BYTES = 1 << 18;
const MOST_VISITS = 5000;
/** level 2: every state */
const LOG_LEVEL = 2;

/** Null where the text does not assemble, or is no struct_ops text. */
export function verifyText(world: World, text: string): VerifiedProgram[] | null {
  const { btf } = world;
  const { value: object, diagnostics } = assemble(text, symbolsFromBtf(btf));
  if (diagnostics.some(({ severity }) => severity === 'error') || !object.structOps) return null;
  const verdicts: Verdict[] = [];
  let own: Btf | null = null;
  // what loading it would ask the kernel for, answered without a kernel
  const bpf: Syscall = (command, attr) => {
    if (command === 'BPF_BTF_LOAD') own = btfOf(attr);
    if (command === 'BPF_PROG_LOAD') verdicts.push(verdictOf(world, object, own, attr));
    return { ret: FAKE_FD, trace: [], message: null, out: {} };
  };
  const loaded = loadObject(bpf, object, btf);
  return (loaded?.progs ?? []).map((prog, i) => shown(btf, prog, verdicts[i]));
}

function btfOf({ btf }: BpfAttr['BPF_BTF_LOAD']): Btf | null {
  const opened = btf instanceof Uint8Array ? openBtf(btf) : null;
  return opened?.ok ? opened.value : null;
}

function verdictOf(world: World, object: AssembledObject, own: Btf | null, attr: BpfAttr['BPF_PROG_LOAD']): Verdict {
  const { insns, func_info: info, func_info_cnt: count = 0, attach_btf_id = 0, expected_attach_type = 0 } = attr;
  const words = info instanceof Uint8Array ? new DataView(info.buffer, info.byteOffset) : null;
  const type = world.kernel.types.find(({ name }) => name === object.structOps?.type);
  const program = {
    insns: insns instanceof Uint8Array ? insns : new Uint8Array(),
    type: 'struct_ops',
    attachBtfId: attach_btf_id,
    expectedAttachType: expected_attach_type,
    license: object.license,
    flags: 0,
    btf: own,
    funcInfo: Array.from({ length: words ? count : 0 }, (_, i) => ({
      insnOff: words?.getUint32(i * 8, true) ?? 0,
      typeId: words?.getUint32(i * 8 + 4, true) ?? 0,
    })),
  };
  return verify(program, {
    facts: factsOf(world.profile.name),
    btf: world.btf,
    mapByFd: () => null,
    logLevel: LOG_LEVEL,
    logSize: LOG_BYTES,
    recordVisits: MOST_VISITS,
    writesStructs: type?.subsystem.writesStructs ?? false,
  });
}

type LoadedProgram = NonNullable<ReturnType<typeof loadObject>>['progs'][number];

function shown(btf: Btf, { name, member, insns, lines }: LoadedProgram, verdict: Verdict): VerifiedProgram {
  const { ok, errno, message, failedInsn, log, stats, visits, paths } = verdict;
  const names = { kfunc: (id: number) => btf.type(id)?.name ?? null };
  const texts = lines.map(() => '');
  for (const slot of instructionSlots(insns)) texts[slot] = disassemble(decode(insns, slot), 'llvm', names) ?? '?';
  return {
    name,
    member,
    ok,
    errno,
    message,
    failedSlot: failedInsn,
    log,
    processed: stats.insnsProcessed,
    lines,
    insns: texts,
    visits: visits.map(({ insn, path, before }) => ({ slot: insn, path, state: before })),
    paths: paths.map(({ parent, from, outcome }) => ({ parent, from, outcome })),
  };
}

/** No system call looks at it. */
const FAKE_FD = 3;
