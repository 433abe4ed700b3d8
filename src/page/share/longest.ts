/* Says what makes a link long. */
import type { LabDoc } from './lab-doc.ts';

const sizeOf = (value: unknown): number => JSON.stringify(value).length;

/** The largest part of a lab, in words: `the text my_cc.s`; the link's length follows its size before packing. */
export function largestPart({ texts = {}, machine = {}, whole, commands = [], view }: LabDoc): string {
  const parts: [name: string, size: number][] = [
    ...Object.entries(texts).map(([name, text]): [string, number] => [`the text ${name}`, text.length]),
    ...Object.entries(machine).map(([name, text]): [string, number] => [`the loaded text ${name}`, text.length]),
    ['the scenario, which is not one of the page', whole === undefined ? 0 : sizeOf(whole)],
    [`the list of ${commands.length} commands given`, commands.length === 0 ? 0 : sizeOf(commands)],
    ['the arrangement of the views', view === undefined ? 0 : sizeOf(view)],
  ];
  const [largest] = parts.toSorted(([, a], [, b]) => b - a);
  return largest?.[0] ?? '';
}
