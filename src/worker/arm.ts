/* Breaks and lines as the lab takes them: their conditions read, which needs the engine's late part. */
import {
  type ArmedBreak,
  type ArmedLine,
  type Break,
  type Lab,
  type LineBreak,
  plainBreak,
  plainLine,
} from '../engine/index.ts';
import type { Notice } from '../protocol/messages.ts';
import type { Late } from './desk.ts';

export interface Wanted {
  readonly breaks: readonly Break[];
  readonly lines: readonly LineBreak[];
}

const hasText = ({ when, print }: Break | LineBreak): boolean => when !== undefined || print !== undefined;

/** Whether a text has to be read. */
export const needsLate = ({ breaks, lines }: Wanted): boolean =>
  breaks.some((one) => one.on === 'condition' || hasText(one)) || lines.some(hasText);

/** Arms all whose texts can be read; the others are told of. */
export function arm(lab: Lab, { breaks, lines }: Wanted, late: Late | null, notice: (notice: Notice) => void): void {
  const read = <T>(make: () => T): T[] => {
    try {
      return [make()];
    } catch (error) {
      if (!late || !(error instanceof late.QueryError)) throw error;
      const detail = `Column ${error.at + 1}: ${error.problem}. Expected: ${error.expected}.`;
      notice({ kind: 'info', title: 'A break was passed over: its condition has no meaning here', detail });
      return [];
    }
  };
  const { machine } = lab;
  const armedBreaks = breaks.flatMap((one): ArmedBreak[] =>
    read(() => late?.armBreak(one, machine) ?? plainBreak(one)),
  );
  const armedLines = lines.flatMap((one): ArmedLine[] => read(() => late?.armLine(one, machine) ?? plainLine(one)));
  lab.arm(armedBreaks, armedLines);
}
