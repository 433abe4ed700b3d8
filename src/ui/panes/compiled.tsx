/*
 * Shows a program as BPF and as WebAssembly, instruction by instruction. The next instruction and those of the editor's
 * line are highlighted.
 */
import { useEffect, useRef } from 'react';
import type { ProgramRow } from '../../engine/index.ts';
import { runCommand } from '../../page/commands/registry.ts';
import { answerTo } from '../../page/engine/answers.ts';
import { useAnswer } from '../controls/use-answer.ts';
import { useCursorLine } from '../../page/store/editor-link.ts';
import { useLab } from '../../page/store/lab.ts';
import { activeText, loadedLine } from '../../page/store/texts.ts';

export function Compiled({ prog, text }: { readonly prog: number; readonly text: string }) {
  const rows = useAnswer('program', { id: prog }, prog);
  const pc = useLab(({ cpu }) => (cpu?.progId === prog ? cpu.pc : null));
  const counts = useLab(({ answers }) => answerTo(answers, 'heat')?.heat[prog]);
  const cursor = useCursorLine(({ line }) => line);
  if (rows === undefined) return <p className="note">Compiling.</p>;
  if (rows === null) return <p className="note">The machine has no such program at this time.</p>;
  const atCursor = cursor === null || activeText() !== text ? null : loadedLine(text, cursor);
  return (
    <ol className="compiled">
      {rows.map((row) => (
        <Row
          key={row.slot}
          row={row}
          text={text}
          count={counts?.[row.slot]}
          isNext={row.slot === pc}
          isAtCursor={row.line === atCursor}
        />
      ))}
    </ol>
  );
}

interface RowProps {
  readonly row: ProgramRow;
  readonly text: string;
  readonly count: number | undefined;
  readonly isNext: boolean;
  readonly isAtCursor: boolean;
}

function Row({ row: { slot, text: bpf, line, wasm, entry }, text, count, isNext, isAtCursor }: RowProps) {
  const item = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isNext || isAtCursor) item.current?.scrollIntoView({ block: 'nearest' });
  }, [isNext, isAtCursor]);
  return (
    <li ref={item} data-entry={entry} data-cursor={isAtCursor} aria-current={isNext ? 'step' : undefined}>
      <button type="button" className="row-button" onClick={() => runCommand('program.show', { text, line })}>
        <span className="slot">{slot}</span> {bpf}
        {count !== undefined && <span className="note"> ran {count.toLocaleString('en')}×</span>}
      </button>
      <pre>{wasm.join('\n')}</pre>
    </li>
  );
}
