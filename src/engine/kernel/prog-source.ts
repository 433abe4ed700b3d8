/*
 * What the kernel keeps of a program when it is loaded: the given instructions, the records, and the verifier's
 * findings for each instruction. prog-code.ts computes the output of BPF_OBJ_GET_INFO_BY_FD from it.
 */
import { entryOf } from '../base/assert.ts';
import { CLASS, classOf } from '../isa/opcodes.ts';
import { type AccessFact, touchesOwnMemory, type Verdict } from '../verifier/index.ts';
import type { Core } from './core.ts';
import type { MapReferences } from './maps/references.ts';
import { blob, keepBlob } from './objects.ts';
import type { ProgObject, ProgSource } from './state.ts';

/** Bits per slot, from the verifier. OWN: the instruction accesses only the program's own memory. */
export const FLOW = { SEEN: 1, PROBE: 2, OWN: 4 } as const;

const PROBED = /^(ptr_|untrusted_ptr_)/;

const isProbe = (fact: AccessFact | null | undefined, opcode: number): boolean =>
  classOf(opcode) === CLASS.LDX && PROBED.test(fact?.kind ?? '');

function flowOf(verdict: Verdict | null, slot: number, opcode: number): number {
  if (!verdict) return FLOW.SEEN;
  const fact = verdict.accesses[slot];
  const seen = verdict.seen[slot] === 0 ? 0 : FLOW.SEEN;
  return seen | (isProbe(fact, opcode) ? FLOW.PROBE : 0) | (touchesOwnMemory(fact) ? FLOW.OWN : 0);
}

/** Keeps the inputs of prog-code.ts. Without a verdict all instructions count as reached. */
export function keepSource(
  k: Core,
  insns: Uint8Array,
  refs: MapReferences,
  verdict: Verdict | null,
  records: { readonly funcs: Uint8Array; readonly lines: Uint8Array },
): ProgSource {
  const flow = Uint8Array.from({ length: insns.length >> 3 }, (_, slot) =>
    flowOf(verdict, slot, entryOf(insns, slot * 8)),
  );
  return {
    given: keepBlob(k, insns),
    flow: keepBlob(k, flow),
    funcs: keepBlob(k, records.funcs),
    lines: keepBlob(k, records.lines),
    stack: verdict?.stats.stackDepth ?? [],
    places: refs.places.map(({ slot, map, offset }) => ({ slot, map, offset })),
  };
}

/** By slot: not 0 if the verifier proved the instruction's access, so that compiled code need not check it. */
export const provenOf = (k: Core, { source }: ProgObject): Uint8Array =>
  blob(k, source.flow).map((bits) => bits & FLOW.OWN);
