/*
 * The verifier's verdict on each program of the text in the editor, and the registers before each visit of the cursor's
 * line. It follows the text as it is typed.
 */
import { useState } from 'react';
import type { VerifiedProgram } from '../../engine/index.ts';
import { runCommand } from '../../page/commands/registry.ts';
import { editorLink, useCursorLine } from '../../page/store/editor-link.ts';
import { useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';
import { activeText, isListing, isTypes, textOf } from '../../page/store/texts.ts';
import { useAnswer } from '../controls/use-answer.ts';
import { Walk } from './verifier-walk.tsx';
import './verifier.css';

/** Most visits of a line shown at once. */
const MOST_SHOWN = 40;

export function VerifierTab() {
  useChoices((state) => state.activeText);
  useChoices((state) => state.edits);
  const name = activeText();
  if (name === null || isListing(name) || isTypes(name))
    return <p className="placeholder">Show a program text in the editor: this follows it as the kernel would.</p>;
  return <Verified name={name} text={textOf(name)} />;
}

function Verified({ name, text }: { readonly name: string; readonly text: string }) {
  const programs = useAnswer('verify', { name, text, detail: true }, `${name} in detail`);
  const kernel = useLab((state) => state.kernel);
  const unverified = useLab((state) => state.cold?.unverified ?? false);
  const cursor = useCursorLine(({ line }) => line);
  if (programs === undefined) return <p className="placeholder">Verifying.</p>;
  if (programs === null)
    return <p className="placeholder">The text does not assemble yet: the editor marks what is wrong.</p>;
  return (
    <div className="listing verifier" tabIndex={0} role="region" aria-label="Verifier">
      <About kernel={kernel} name={name} program={programs[0]} />
      {unverified && <p className="tag">Programs are loaded without being verified now. No kernel does that.</p>}
      {programs.map((program) => (
        <Program key={program.name} program={program} name={name} cursor={cursor} />
      ))}
    </div>
  );
}

interface AboutProps {
  readonly kernel: string;
  readonly name: string;
  readonly program: VerifiedProgram | undefined;
}

function About({ kernel, name, program }: AboutProps) {
  if (program?.from !== 'log')
    return (
      <p className="note">
        What {kernel} would say of {name} as it stands in the editor.
        {kernel === 'v5.6' && ' This kernel was not recorded: its rules are derived.'}
      </p>
    );
  return (
    <p className="note">
      {name} holds the log of a kernel's verifier: this is what that kernel found, path by path.
      {program.left > 0 && ` The last ${program.visits.length} instructions that it followed; ${program.left} before.`}
    </p>
  );
}

interface ProgramProps {
  readonly program: VerifiedProgram;
  readonly name: string;
  readonly cursor: number | null;
}

function Program({ program, name, cursor }: ProgramProps) {
  const { ok, lines, message, failedSlot, processed, paths } = program;
  const [open, setOpen] = useState(false);
  const show = (slot: number): void => runCommand('program.show', { text: name, line: lines[slot] ?? 0 });
  return (
    <section aria-label={program.name}>
      <h3>
        <span className="mono">{program.name}</span> <b className={ok ? undefined : 'problem'}>{verdictOf(program)}</b>{' '}
        <span className="note">
          {processed || program.visits.length} instructions on {paths.length} {paths.length === 1 ? 'path' : 'paths'}
        </span>
      </h3>
      {!ok && (
        <button type="button" className="row-button" onClick={() => show(Math.max(0, failedSlot))}>
          <span className="slot">{failedSlot >= 0 ? failedSlot : ''}</span> <span className="mono">{message}</span>
        </button>
      )}
      <details open={!ok}>
        <summary className="note">Walk a path</summary>
        <Walk program={program} onShow={(slot) => editorLink()?.point(lines[slot] ?? 0)} />
      </details>
      <Visits program={program} cursor={cursor} onShow={show} />
      {program.log !== '' && (
        <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
          <summary className="note">The kernel's log</summary>
          {open && <Log log={program.log} onShow={show} />}
        </details>
      )}
    </section>
  );
}

/** The verdict as text; a log that is cut off at its end has none. */
function verdictOf({ ok, from, processed }: VerifiedProgram): string {
  if (!ok) return 'refused';
  return from === 'log' && processed === 0 ? 'cut off' : 'accepted';
}

interface VisitsProps {
  readonly program: VerifiedProgram;
  readonly cursor: number | null;
  readonly onShow: (slot: number) => void;
}

/** All visits of the cursor's line, side by side, with what was known before each. */
function Visits({ program: { lines, insns, visits, paths }, cursor, onShow }: VisitsProps) {
  const here = visits.filter(({ slot }) => lines[slot] === cursor);
  if (cursor === null || here.length === 0) return null;
  const shown = here.slice(0, MOST_SHOWN);
  return (
    <table aria-label={`What is known at line ${cursor + 1}`}>
      <caption>
        before line {cursor + 1}: {here.length} {here.length === 1 ? 'visit' : 'visits'}
        {here.length > shown.length && `, the first ${shown.length}`}
      </caption>
      <tbody>
        {shown.map(({ slot, path, state }, i) => (
          <tr key={i}>
            <th scope="row">
              <button type="button" className="row-button mono" onClick={() => onShow(slot)} title={insns[slot]}>
                {slot}
              </button>
            </th>
            <td className="note">
              path {path}
              {paths[path] && paths[path].outcome !== 'running' ? `, ${paths[path].outcome}` : ''}
            </td>
            <td className="mono">{state}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The log; lines that begin with an instruction's number lead to it. */
function Log({ log, onShow }: { readonly log: string; readonly onShow: (slot: number) => void }) {
  return (
    <div className="mono verifier-log">
      {log.split('\n').map((line, i) => {
        const slot = /^(\d+): /.exec(line)?.[1];
        if (slot === undefined) return <div key={i}>{line}</div>;
        return (
          <button key={i} type="button" className="row-button" onClick={() => onShow(Number(slot))}>
            {line}
          </button>
        );
      })}
    </div>
  );
}
