/* The bench: a link, connections with a program each, and their results, run by run. */
import { useState } from 'react';
import { Plus, X } from 'lucide-react';
import { benchPrograms, benchProblem, runBench } from '../../page/bench/open.ts';
import {
  type BenchFlow,
  type BenchSettings,
  FIRST,
  keptSettings,
  LIMITS,
  MOST_FLOWS,
  type Setting,
} from '../../page/bench/settings.ts';
import { move } from '../../page/engine/engine.ts';
import { chooseSpeed } from '../../page/commands/time.ts';
import { activeText } from '../../page/store/texts.ts';
import { useLab } from '../../page/store/lab.ts';
import { showOverlay } from '../../page/store/overlay.ts';
import { Sheet } from '../controls/sheet.tsx';
import { BenchResults } from './bench-results.tsx';
import './bench.css';

/** Initial settings: those of the last run, or else the user's own text and a built-in congestion control to compare it with. */
function firstSettings(): BenchSettings {
  const kept = keptSettings();
  if (kept) return kept;
  const own = activeText();
  if (own === null || !benchPrograms().includes(own)) return FIRST;
  return { ...FIRST, flows: FIRST.flows.map((flow, i) => (i === 0 ? { ...flow, program: own } : flow)) };
}

const FAST = [10, 100] as const;

/** Plays from the first connection to the end, at `speed` engine seconds per second. */
function playAt(speed: number, from: number): void {
  showOverlay(null);
  move({ type: 'seek', time: from });
  chooseSpeed(speed);
  move({ type: 'play', speed });
}

export function BenchSheet() {
  const [settings, setSettings] = useState(firstSettings);
  const [tried, setTried] = useState(false);
  const scenario = useLab((state) => state.scenario);
  const problem = benchProblem(settings);
  const runs = scenario?.id === 'bench';
  const set = (change: Partial<BenchSettings>): void => setSettings({ ...settings, ...change });
  const run = (): void => {
    setTried(true);
    if (problem === null) runBench(settings);
  };
  return (
    <Sheet title="Bench" className="bench">
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          run();
        }}
      >
        <div className="row bench-path">
          {(Object.keys(LIMITS) as Setting[]).map((key) => (
            <NumberField
              key={key}
              words={LIMITS[key][2]}
              value={settings[key]}
              onChange={(value) => set({ [key]: value })}
            />
          ))}
        </div>
        <Flows settings={settings} onChange={(flows) => set({ flows })} />
        <p className={problem === null ? 'note' : 'note problem'} role={tried ? 'alert' : undefined}>
          {problem ?? 'Same settings and seed give the same run. It opens in the page, and every view shows it.'}
        </p>
        <div className="row">
          <button type="submit" className="button primary" aria-disabled={problem !== null}>
            Run
          </button>
          {FAST.map((speed) => (
            <button
              key={speed}
              type="button"
              className="button"
              aria-disabled={!runs}
              onClick={() => runs && playAt(speed, scenario.openAt)}
            >
              Play to the end at {speed}×
            </button>
          ))}
        </div>
      </form>
      <BenchResults />
    </Sheet>
  );
}

interface NumberFieldProps {
  readonly words: string;
  readonly label?: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

/** A number field that keeps typed text, even while it is not a number yet. */
function NumberField({ words, label, value, onChange }: NumberFieldProps) {
  const [typed, setTyped] = useState(String(value));
  return (
    <label className="field">
      {words !== '' && <span>{words}</span>}
      <input
        type="text"
        inputMode="decimal"
        aria-label={label}
        value={typed}
        onChange={({ target }) => {
          setTyped(target.value);
          onChange(target.value.trim() === '' ? Number.NaN : Number(target.value));
        }}
      />
    </label>
  );
}

interface FlowsProps {
  readonly settings: BenchSettings;
  readonly onChange: (flows: readonly BenchFlow[]) => void;
}

function Flows({ settings: { flows, seconds }, onChange }: FlowsProps) {
  const programs = benchPrograms();
  const change = (at: number, flow: Partial<BenchFlow>): void =>
    onChange(flows.map((one, i) => (i === at ? { ...one, ...flow } : one)));
  const last = flows.at(-1)?.program ?? programs[0] ?? '';
  const add = (): void => onChange([...flows, { program: last, start: 0, stop: seconds }]);
  return (
    <fieldset className="bench-flows">
      <legend>Connections</legend>
      {flows.map(({ program, start, stop }, i) => (
        <div className="row" key={`${i} of ${flows.length}`}>
          <span className="mono">{i + 1}</span>
          <select
            className="grow"
            aria-label={`Program of connection ${i + 1}`}
            value={program}
            onChange={({ target }) => change(i, { program: target.value })}
          >
            {[...new Set([program, ...programs])].map((name) => (
              <option key={name} value={name}>
                {name.endsWith('.s') ? name : `${name}, the kernel’s own`}
              </option>
            ))}
          </select>
          <span>from</span>
          <NumberField
            words=""
            label={`Start of connection ${i + 1}, s`}
            value={start}
            onChange={(v) => change(i, { start: v })}
          />
          <span>to</span>
          <NumberField
            words=""
            label={`Stop of connection ${i + 1}, s`}
            value={stop}
            onChange={(v) => change(i, { stop: v })}
          />
          <span>s</span>
          <button
            type="button"
            className="button icon-only"
            aria-label={`Remove connection ${i + 1}`}
            onClick={() => onChange(flows.filter((_, other) => other !== i))}
          >
            <X aria-hidden="true" />
          </button>
        </div>
      ))}
      <button type="button" className="button" aria-disabled={flows.length >= MOST_FLOWS} onClick={add}>
        <Plus aria-hidden="true" />
        Add a connection
      </button>
    </fieldset>
  );
}
