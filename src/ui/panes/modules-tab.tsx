/* The modules lens: lsmod over struct_ops maps, its verbs, the dependency graph, and arguments for and against. */
import { useState } from 'react';
import type { CallRecord, ColdSnapshot, History } from '../../engine/index.ts';
import { formatReturn } from '../../engine/index.ts';
import { ARGUMENTS, MODULE_STATE_NOTE, type ModuleRow, moduleRows } from '../../views/modules/modules.ts';
import { graphHeight, graphScene } from '../../views/modules/graph.ts';
import { runCommand } from '../../page/commands/registry.ts';
import { LiveScene } from '../controls/live-scene.tsx';
import { activeText } from '../../page/store/texts.ts';
import { useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';

interface ModulesProps {
  readonly cold: ColdSnapshot;
  readonly history: History;
}

function ModulesTab({ cold, history }: ModulesProps) {
  const [strict, setStrict] = useState(false);
  const rows = moduleRows(cold);
  useChoices((state) => state.activeText);
  const text = activeText();
  return (
    <div className="modules" tabIndex={0} role="region" aria-label="Modules lens">
      <p className="note">
        A way of looking, not a kernel interface: each row is a struct_ops map, each verb the system calls below.
      </p>
      <div className="row">
        <button
          type="button"
          className="button small"
          aria-disabled={text === null}
          onClick={() => text !== null && runCommand('lens.insmod', { text })}
        >
          insmod {text ?? ''}
        </button>
        <label className="row">
          <input type="checkbox" checked={strict} onChange={(event) => setStrict(event.target.checked)} />
          strict rmmod <span className="tag">not kernel behaviour</span>
        </label>
      </div>
      <Lsmod rows={rows} strict={strict} />
      {rows.length > 0 && (
        <>
          <h3>depmod: what depends on what</h3>
          <div className="graph" style={{ height: graphHeight(cold) }}>
            <LiveScene calm build={(_, { size }) => graphScene(cold, size)} />
          </div>
        </>
      )}
      <LastCalls cold={cold} history={history} />
      <Arguments />
    </div>
  );
}

const COLUMNS = ['Module', 'State', 'Size', 'Used by', 'Handle', 'Depends on', ''] as const;

function Lsmod({ rows, strict }: { readonly rows: readonly ModuleRow[]; readonly strict: boolean }) {
  const selected = useChoices((state) => state.selection.map);
  if (rows.length === 0) return <p className="note">lsmod: nothing is loaded.</p>;
  return (
    <table aria-label="lsmod">
      <thead>
        <tr>
          {COLUMNS.map((title) => (
            <th key={title} scope="col">
              {title || <span className="spoken">Verbs</span>}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.letter} aria-selected={row.letter === selected}>
            <td>
              <button
                type="button"
                className="row-button"
                onClick={() => runCommand('select.map', { map: row.letter })}
                title={`${row.kind}, map ${row.alias}`}
              >
                <b>{row.letter}</b> {row.name}
              </button>
            </td>
            <td title={MODULE_STATE_NOTE[row.state]} data-state={row.kernelState}>
              {row.state}
            </td>
            <td className="numeric" title={row.sizeParts}>
              {row.size}
            </td>
            <td>
              {row.usedBy} <span className="note">{row.users}</span>
            </td>
            <td>{row.handle}</td>
            <td>{row.dependsOn}</td>
            <td>
              <Verbs row={row} strict={strict} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Verbs({ row: { letter, forLinks }, strict }: { readonly row: ModuleRow; readonly strict: boolean }) {
  const verbs = (
    [
      { word: 'rmmod', command: strict ? 'lens.rmmod-strict' : 'lens.rmmod', shown: true },
      { word: 'replace', command: 'lens.replace', shown: forLinks },
      { word: 'kill loader', command: 'map.kill', shown: true },
    ] as const
  ).filter(({ shown }) => shown);
  return (
    <span className="verbs">
      {verbs.map(({ word, command }) => (
        <button
          key={word}
          type="button"
          className="button small"
          aria-label={`${word} ${letter}`}
          onClick={() => runCommand(command, { map: letter })}
        >
          {word}
        </button>
      ))}
    </span>
  );
}

/** The latest system calls, which show what a verb did. */
function LastCalls({ cold, history }: ModulesProps) {
  const last = history.calls.findLast(({ n }) => n <= cold.lastCall);
  if (!last) return null;
  const calls = history.calls.filter(({ time, n }) => time === last.time && n <= cold.lastCall);
  return (
    <>
      <h3>Underneath: the last {calls.length === 1 ? 'call' : `${calls.length} calls`}</h3>
      <ol className="calls mono">
        {calls.map((call) => (
          <Call key={call.n} call={call} />
        ))}
      </ol>
    </>
  );
}

const Call = ({ call }: { readonly call: CallRecord }) => (
  <li className={call.ret < 0 ? 'problem' : undefined}>
    {call.process}: {call.text} = {formatReturn(call.ret)}
    {call.ret < 0 && call.message !== null && <span className="note block">{call.message}</span>}
  </li>
);

function Arguments() {
  return (
    <details>
      <summary>Should they be called modules? Both sides of the review</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">About</th>
            <th scope="col">For modules</th>
            <th scope="col">For maps</th>
          </tr>
        </thead>
        <tbody>
          {ARGUMENTS.map(({ topic, modules, maps }) => (
            <tr key={topic}>
              <th scope="row">{topic}</th>
              <td className="words">{modules}</td>
              <td className="words">{maps}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="note">
        The map interface was kept, without new commands and without the word. Links came with v6.4 as the answer to a
        loader that dies; since v6.9 kernel modules can define struct_ops types, and a map holds the module of its type.
      </p>
    </details>
  );
}

/** The lens over the run that the page shows. */
export function ModulesNow() {
  const cold = useLab((state) => state.cold);
  const history = useLab((state) => state.history);
  return cold && history && <ModulesTab cold={cold} history={history} />;
}
