/*
 * Trampolines of a map: a place in its image, the bytes that Linux would write there, and the function that runs when
 * the address is called. The function is a cache, rebuilt from the cold state after a checkpoint is restored.
 */
import { assert, entryOf } from '../../base/assert.ts';
import { ERRNO } from '../../base/errno.ts';
import { KERNEL_BASE_HI } from '../../vm/memory.ts';
import { ProgramStopped } from '../../vm/stopped.ts';
import type { TextFunction } from '../../vm/text.ts';
import { NO_PLACE } from '../../vm/wasm/gate.ts';
import type { Core } from '../core.ts';
import { blob, markStopped, setMap } from '../objects.ts';
import { provenOf } from '../prog-source.ts';
import { type MapProg, mustStructOps, type ProgObject, type StructOpsMap, structOpsMaps } from '../state.ts';
import { argSlots, type FuncModel } from './func-model.ts';
import { structOpsType } from './types.ts';
import { type StructOpsMember } from './shape.ts';
import { emitTrampoline, trampolineCode, type TrampolineTargets, type X86Line } from './x86.ts';

export const IMAGE_BYTES = 4096;
/** Most pages of all images together that fit into the kernel's region besides its other contents. */
const MAX_IMAGES = 700;
/** Offset in a program's own 64 bytes at which its code is assumed to begin. */
const CODE_OFFSET = 32;
const INT3 = 0xcc;
const NO_SYMBOL = 'a trampoline, without a symbol';

/** Name in kallsyms of the trampoline at a member. */
const trampolineName = (struct: string, member: string): string => `bpf__${struct}_${member}`;

const targetsOf = (k: Core, prog: ProgObject): TrampolineTargets => ({
  enter: k.enter,
  exit: k.exit,
  prog: prog.address,
  func: prog.address + CODE_OFFSET,
});

/**
 * bpf_struct_ops_prepare_trampoline: takes the next place of the image, or of another page, writes the code, and makes
 * the address callable. Returns 0 and notes the program in the map, or a negative errno.
 */
export function addTrampoline(k: Core, object: number, member: StructOpsMember, prog: ProgObject): number {
  const facts = k.profile.trampoline;
  const map = mustStructOps(entryOf(k.state.maps, object));
  if (!member.model || argSlots(member.model) > facts.maxArgs) return -ERRNO.ENOTSUPP;
  const targets = targetsOf(k, prog);
  const length = emitTrampoline(member.model, facts, 0, targets, KERNEL_BASE_HI).length;
  const room = length + (facts.int3 ? 1 : 0) + facts.safety;
  const place = placeFor(k, map, room);
  if (typeof place === 'number') return place;
  const { images, used } = place;
  const address = entryOf(images, images.length - 1) + used;
  k.memory.u8.set(emitTrampoline(member.model, facts, address, targets, KERNEL_BASE_HI), address);
  if (facts.int3) k.memory.u8[address + length] = INT3;
  const entry: MapProg = { member: member.name, index: member.index, prog: prog.object, address, bytes: length };
  const next = { ...map, images, imageUsed: used + room, progs: [...map.progs, entry] };
  setMap(k, next);
  putText(k, next);
  return 0;
}

/** The instructions at a trampoline's address; null when there is none. */
export function trampolineLines(k: Core, map: StructOpsMap, address: number): readonly X86Line[] | null {
  const entry = map.progs.find((p) => p.address === address);
  const model = entry && structOpsType(k, map.struct).members[entry.index]?.model;
  if (!model) return null;
  return trampolineCode(
    model,
    k.profile.trampoline,
    address,
    targetsOf(k, entryOf(k.state.progs, entry.prog)),
    KERNEL_BASE_HI,
  );
}

/** Room in the image's last page, or a new page; a negative errno when there is none. */
function placeFor(k: Core, map: StructOpsMap, bytes: number): { images: readonly number[]; used: number } | number {
  if (map.images.length > 0 && map.imageUsed + bytes <= IMAGE_BYTES) {
    return { images: map.images, used: map.imageUsed };
  }
  if (map.images.length >= k.profile.trampoline.maxPages) return -ERRNO.E2BIG;
  if (k.imageSlab.live >= MAX_IMAGES || !k.imageSlab.hasRoom()) return -ERRNO.ENOMEM;
  return { images: [...map.images, k.imageSlab.alloc()], used: 0 };
}

/** Frees the image, so that its addresses can no longer be called. The caller updates the map's state. */
export function releaseImage(k: Core, map: StructOpsMap): void {
  for (const { address } of map.progs) {
    k.text.remove(address);
    k.trampolines.delete(address);
  }
  for (const image of map.images) k.imageSlab.free(image);
}

/**
 * Makes the text agree with the cold state: removes trampolines of maps that no longer exist, adds those of existing
 * maps.
 */
export function rebuildText(k: Core): void {
  for (const address of k.trampolines) k.text.remove(address);
  k.trampolines.clear();
  for (const map of structOpsMaps(k.state)) if (map.progs.length > 0) putText(k, map);
}

/** Makes all trampolines of a map at once, because they share one compiled module. */
function putText(k: Core, map: StructOpsMap): void {
  const { members } = structOpsType(k, map.struct);
  const made = callPrograms(
    k,
    map.progs.map(({ prog, index }) => {
      const { model } = entryOf(members, index);
      assert(model, 'a member without a prototype has no trampoline');
      return { object: prog, model };
    }),
  );
  for (const [i, { address, member }] of map.progs.entries()) {
    k.trampolines.add(address);
    k.text.put(address, k.profile.trampoline.ksyms ? trampolineName(map.struct, member) : NO_SYMBOL, entryOf(made, i));
  }
}

interface Called {
  /** number of the program's object */
  readonly object: number;
  readonly model: FuncModel;
}

/**
 * Makes the functions of trampolines. They stop faults of a program: the caller gets 0, and the program is not run any
 * more. Linux has no such boundary: its verifier would have refused the program.
 */
export function callPrograms(k: Core, called: readonly Called[]): TextFunction[] {
  // a plain trampoline loses the program's result: its caller finds the 0 that __bpf_prog_exit left in rax
  const lost = k.profile.trampoline.plain ? { retSize: 0 } : {};
  const made = k.makeTrampolines(
    called.map(({ object, model }) => {
      const prog = entryOf(k.state.progs, object);
      const { id, name, blob: key } = prog;
      const code = { prog: object, id, name, blob: key, insns: blob(k, key), proven: provenOf(k, prog) };
      return { model: { ...model, ...lost }, code };
    }),
  );
  return called.map(({ object }, i) => withBoundary(k, object, entryOf(made, i)));
}

function withBoundary(k: Core, object: number, run: TextFunction): TextFunction {
  const { direct } = run;
  const isStopped = (): boolean => (k.state.progs[object]?.stopped ?? null) !== null;
  const again = (): void => k.observer?.onCalledStopped?.(entryOf(k.state.progs, object));
  const stop = (error: unknown): number => {
    if (!(error instanceof ProgramStopped)) throw error;
    markStopped(k, object, error.message, error.pc);
    k.text.forget();
    return 0;
  };
  const bounded: TextFunction = (a, b, c, d) => {
    if (isStopped()) {
      again();
      return 0;
    }
    try {
      return run(a, b, c, d);
    } catch (error) {
      return stop(error);
    }
  };
  const { wide } = run;
  if (wide) {
    const boundedWide = (context: number): bigint => {
      if (isStopped()) return 0n;
      try {
        return wide(context);
      } catch (error) {
        return BigInt(stop(error));
      }
    };
    Object.assign(bounded, { wide: boundedWide });
  }
  if (!direct) return bounded;
  return Object.assign(bounded, {
    direct: {
      place: () => (isStopped() ? NO_PLACE : direct.place()),
      caught(error: unknown) {
        try {
          return direct.caught(error);
        } catch (thrown) {
          return stop(thrown);
        }
      },
    },
  });
}
