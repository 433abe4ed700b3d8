/*
 * Makes the page follow stops: a stop inside a program shows the program's text and selects its map, or its connection
 * if a connection is selected. Between two stops at one place the user's own choices are kept.
 */
import type { CpuSnapshot } from '../../engine/index.ts';
import { choices, choose, select } from '../store/choices.ts';
import { useLab } from '../store/lab.ts';

const samePlace = (a: CpuSnapshot | null, b: CpuSnapshot): boolean =>
  a !== null && a.text === b.text && a.map === b.map && a.socket === b.socket;

function show({ text, map, socket }: CpuSnapshot): void {
  if (choices().activeText !== text) choose({ activeText: text });
  if (choices().selection.socket !== null && socket > 0) select({ socket, map: null });
  else if (map !== null && choices().selection.map !== map) select({ map, socket: null });
}

export function followProgram(): void {
  useLab.subscribe(({ cpu }, before) => {
    // inside a program, step by instructions until the user changes it
    if (cpu !== null && before.cpu === null) choose({ grain: 'instruction' });
    if (cpu !== null && cpu !== before.cpu && !samePlace(before.cpu, cpu)) show(cpu);
  });
}
