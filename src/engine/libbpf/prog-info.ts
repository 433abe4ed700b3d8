/* Function and line records of a program, as BPF_PROG_LOAD takes them: slots counted from the program's start. */
import type { LineInfo } from '../btf/ext.ts';
import type { OpenedObject } from './object.ts';
import type { ReadyProgram } from './relocate.ts';

export const FUNC_INFO_BYTES = 8;
export const LINE_INFO_BYTES = 16;
const SLOT_BYTES = 8;

interface Records {
  readonly bytes: Uint8Array;
  readonly count: number;
}

interface Placed {
  readonly insnOffset: number;
}

/** Records of a program's functions, with slots adjusted to where each function was moved. */
function placed<T extends Placed>(
  bySection: ReadonlyMap<string, readonly T[]> | undefined,
  { functions }: ReadyProgram,
): (readonly [slot: number, record: T])[] {
  return functions.flatMap(({ program, slot }) => {
    const end = program.sectionSlot + program.insns.length / SLOT_BYTES;
    return (bySection?.get(program.sectionName) ?? []).flatMap((record) => {
      const at = record.insnOffset / SLOT_BYTES;
      return at >= program.sectionSlot && at < end ? [[at - program.sectionSlot + slot, record] as const] : [];
    });
  });
}

/** Line records of a program, each with its slot. */
export function placedLines({ ext }: OpenedObject, program: ReadyProgram): (readonly [slot: number, line: LineInfo])[] {
  return placed(ext?.lines, program);
}

function collect<T extends Placed>(
  bySection: ReadonlyMap<string, readonly T[]> | undefined,
  program: ReadyProgram,
  words: (record: T, slot: number) => readonly number[],
): Records {
  const all = placed(bySection, program).map(([slot, record]) => words(record, slot));
  return { bytes: new Uint8Array(Uint32Array.from(all.flat()).buffer), count: all.length };
}

/** struct bpf_func_info */
export function funcRecords({ ext }: OpenedObject, program: ReadyProgram): Records {
  return collect(ext?.funcs, program, ({ typeId }, slot) => [slot, typeId]);
}

/** struct bpf_line_info */
export function lineRecords({ ext }: OpenedObject, program: ReadyProgram): Records {
  return collect(ext?.lines, program, ({ fileOffset, textOffset, line, column }, slot) => [
    slot,
    fileOffset,
    textOffset,
    ((line << 10) | column) >>> 0,
  ]);
}
