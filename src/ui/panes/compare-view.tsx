/* Compares this run with the same run on another kernel, side by side. */
import { useEffect, useMemo, useState } from 'react';
import { errnoName, type History, KERNELS, kernelSpec } from '../../engine/index.ts';
import {
  type ComparedCall,
  compareCalls,
  compareProfiles,
  compareStates,
  type SideOfCall,
} from '../../views/compare/compare.ts';
import { timeText } from '../../views/words.ts';
import { answerTo } from '../../page/engine/answers.ts';
import { compareWith } from '../../page/engine/engine.ts';
import { choose, useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';
import { useStepText } from './use-step-words.ts';

export function BesideBar() {
  const kernel = useLab((state) => state.kernel);
  const beside = useChoices((state) => state.beside);
  return (
    <div className="map-bar" role="toolbar" aria-label="Compare kernels">
      <b>What changed</b>
      <span className="note">this run on {kernel}, beside</span>
      {KERNELS.filter(({ profile }) => profile.name !== kernel).map(({ profile: { name }, note }) => (
        <button
          key={name}
          type="button"
          className="button small"
          title={note}
          aria-pressed={beside === name}
          onClick={() => choose({ beside: beside === name ? null : name })}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

export function CompareView({ history, beside }: { readonly history: History; readonly beside: string }) {
  const kernel = useLab((state) => state.kernel);
  const run = useLab(({ answers }) => answers.run);
  const other = useLab(({ answers }) => answerTo(answers, 'compare', beside));
  const [all, setAll] = useState(false);
  useEffect(() => {
    if (run > 0) void compareWith(beside);
  }, [beside, run]);
  const rows = useMemo(
    () => (other ? compareCalls(history.calls, other.calls, errnoName) : []),
    [history.calls, other],
  );
  const left = kernelSpec(kernel)?.profile;
  const right = kernelSpec(beside)?.profile;
  if (!other || !left || !right) return <p className="placeholder">The same run on {beside} is under way.</p>;
  const differing = rows.filter(({ differs }) => differs).length;
  return (
    <div className="compare" tabIndex={0} role="region" aria-label={`${kernel} beside ${beside}`}>
      <h3>{differing === 0 ? 'All answers are equal' : `${differing} of ${rows.length} calls have other answers`}</h3>
      <label className="row note">
        <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} />
        show those that were answered alike too
      </label>
      <Calls rows={rows.filter(({ differs }) => all || differs)} kernel={kernel} beside={beside} />
      <h3>States</h3>
      <Facts
        rows={compareStates(history.transitions, other.transitions).map(({ map, left: a, right: b }) => ({
          what: `Map ${map}`,
          left: a.join(' → ') || 'never made',
          right: b.join(' → ') || 'never made',
          differs: a.join() !== b.join(),
        }))}
      />
      <h3>The kernels</h3>
      <Facts rows={compareProfiles(left, right)} />
      {beside === 'v5.6' || kernel === 'v5.6' ? <p className="note">{kernelSpec('v5.6')?.note}</p> : null}
    </div>
  );
}

interface CallsProps {
  readonly rows: readonly ComparedCall[];
  readonly kernel: string;
  readonly beside: string;
}

function Calls({ rows, kernel, beside }: CallsProps) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">{kernel}</th>
          <th scope="col">{beside}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, i) => (
          <CallRow key={i} row={row} />
        ))}
      </tbody>
    </table>
  );
}

interface Fact {
  readonly what: string;
  readonly left: string;
  readonly right: string;
  readonly differs?: boolean;
}

function Facts({ rows }: { readonly rows: readonly Fact[] }) {
  return (
    <table>
      <tbody>
        {rows.map(({ what, left, right, differs }) => (
          <tr key={what} data-differs={differs}>
            <th scope="row">{what}</th>
            <td>{left}</td>
            <td>{right}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function CallRow({ row }: { readonly row: ComparedCall }) {
  return (
    <tr data-differs={row.differs}>
      <td>{timeText(row.time)}</td>
      <td>
        <Side side={row.left} process={row.process} />
      </td>
      <td>
        <Side side={row.right} process={row.process} />
      </td>
    </tr>
  );
}

function Side({ side, process }: { readonly side: SideOfCall | null; readonly process: string }) {
  const stepText = useStepText();
  if (!side) return <span className="note">not made</span>;
  return (
    <>
      <span className="call-text" title={side.text}>
        {process}: {side.name}
      </span>
      <b className={side.answer === 'ok' ? undefined : 'problem'}>{side.answer}</b>
      {side.step !== null && <span className="note"> refused: {stepText(side.name, side.step)}</span>}
      {side.message !== null && <span className="note block">{side.message}</span>}
    </>
  );
}
