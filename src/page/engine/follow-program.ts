/*
 * The page follows what runs: a stop inside a program shows that program's text, and its map, or its connection where a
 * connection is being looked at. Between two stops in one place nothing that the user chose since is taken away.
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
    // who stands in a program steps by its instructions until they say otherwise
    if (cpu !== null && before.cpu === null) choose({ grain: 'instruction' });
    if (cpu !== null && cpu !== before.cpu && !samePlace(before.cpu, cpu)) show(cpu);
  });
}
