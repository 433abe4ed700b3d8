/*
 * A program as BPF and as the WebAssembly that it was compiled to, instruction by instruction. The one that runs next is
 * lit, and those of the editor's line.
 */
import { useEffect, useRef } from 'react';
import { runCommand } from '../commands/registry.ts';
import { askProgram } from '../engine/engine.ts';
import { useCursorLine } from '../store/editor-link.ts';
import { useLab } from '../store/lab.ts';
import { activeText, loadedLine } from '../store/texts.ts';

export function Compiled({ prog, text }: { readonly prog: number; readonly text: string }) {
  const rows = useLab((state) => state.programs[prog]);
  const pc = useLab(({ cpu }) => (cpu?.progId === prog ? cpu.pc : null));
  const counts = useLab(({ heat }) => heat?.heat[prog]);
  const cursor = useCursorLine(({ line }) => line);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => askProgram(prog), [prog]);
  const atCursor = cursor === null || activeText() !== text ? null : loadedLine(text, cursor);
  const show = (slot: number | null | undefined): void => {
    list.current?.querySelector(`[data-slot="${slot}"]`)?.scrollIntoView({ block: 'nearest' });
  };
  useEffect(() => show(rows?.find(({ line }) => line === atCursor)?.slot), [rows, atCursor]);
  useEffect(() => show(pc), [rows, pc]);
  if (!rows) return <p className="note">On its way.</p>;
  return (
    <ol className="compiled" ref={list}>
      {rows.map(({ slot, text: bpf, line, wasm, entry }) => (
        <li
          key={slot}
          data-slot={slot}
          data-entry={entry}
          data-cursor={line === atCursor}
          aria-current={slot === pc ? 'step' : undefined}
        >
          <button type="button" className="row-button" onClick={() => runCommand('program.show', { text, line })}>
            <span className="slot">{slot}</span> {bpf}
            {counts?.[slot] !== undefined && <span className="note"> ran {counts[slot].toLocaleString('en')}×</span>}
          </button>
          <pre>{wasm.join('\n')}</pre>
        </li>
      ))}
    </ol>
  );
}
