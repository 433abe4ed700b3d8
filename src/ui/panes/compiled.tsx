/* A program as BPF and as the WebAssembly that it was compiled to, instruction by instruction; the one that runs next is lit. */
import { useEffect } from 'react';
import { runCommand } from '../commands/registry.ts';
import { askProgram } from '../engine/engine.ts';
import { useLab } from '../store/lab.ts';

export function Compiled({ prog, text }: { readonly prog: number; readonly text: string }) {
  const rows = useLab((state) => state.programs[prog]);
  const pc = useLab(({ cpu }) => (cpu?.progId === prog ? cpu.pc : null));
  const counts = useLab(({ heat }) => heat?.heat[prog]);
  useEffect(() => askProgram(prog), [prog]);
  if (!rows) return <p className="note">On its way.</p>;
  return (
    <ol className="compiled">
      {rows.map(({ slot, text: bpf, line, wasm, entry }) => (
        <li key={slot} data-entry={entry} aria-current={slot === pc ? 'step' : undefined}>
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
