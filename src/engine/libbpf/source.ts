/* Lines of C from which a program's instructions were compiled, from line records with text in the BTF. */
import { stringAt } from '../btf/read.ts';
import type { OpenedObject } from './object.ts';
import { placedLines } from './prog-info.ts';
import type { ReadyProgram } from './relocate.ts';

export interface SourceLine {
  readonly file: string;
  /** from 1, as compilers count */
  readonly line: number;
  readonly column: number;
  /** text of the line, trimmed */
  readonly text: string;
}

/** Source line of each slot; null before the first record, and everywhere when the object has no records. */
export function sourceLines(object: OpenedObject, program: ReadyProgram): (SourceLine | null)[] {
  const records = new Map(placedLines(object, program).map(([slot, record]) => [slot, record]));
  const lines: (SourceLine | null)[] = [];
  let current: SourceLine | null = null;
  for (let slot = 0; slot < program.insns.length / 8; slot++) {
    const record = records.get(slot);
    if (record) {
      const { line, column } = record;
      const file = stringAt(object.btf, record.fileOffset) ?? '';
      current = { file, line, column, text: (stringAt(object.btf, record.textOffset) ?? '').trim() };
    }
    lines.push(current);
  }
  return lines;
}
