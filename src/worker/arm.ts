/* Prepares breaks and lines for the lab by parsing their conditions, which needs the engine's late part. */
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

/** Whether there is a text to parse. */
export const needsLate = ({ breaks, lines }: Wanted): boolean =>
  breaks.some((one) => one.on === 'condition' || hasText(one)) || lines.some(hasText);

/** Arms all breaks with valid texts; reports the others. */
export function arm(lab: Lab, { breaks, lines }: Wanted, late: Late | null, notice: (notice: Notice) => void): void {
  const read = <T>(make: () => T): T[] => {
    try {
      return [make()];
    } catch (error) {
      if (!late || !(error instanceof late.QueryError)) throw error;
      const detail = `Column ${error.at + 1}: ${error.problem}. Expected: ${error.expected}.`;
      notice({ kind: 'info', title: 'A break was skipped: its condition is not valid here', detail });
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
