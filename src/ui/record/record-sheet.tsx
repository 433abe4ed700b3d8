/* The recording's sheet: steps that can be captioned, moved, tried and sent. */
import { useEffect } from 'react';
import type { Command } from '../../engine/index.ts';
import { changeStep, dropStep, moveStep, type RecordedStep } from '../../page/record/record.ts';
import {
  edit,
  forgetRecording,
  saveRecording,
  takeRecording,
  tryRecording,
  useRecording,
} from '../../page/record/recording.ts';
import { viewWords } from '../../page/record/step-view.ts';
import { viewOf } from '../../page/record/view-now.ts';
import { choices } from '../../page/store/choices.ts';
import { lab } from '../../page/store/lab.ts';
import { PRESETS } from '../../page/store/presets.ts';
import { TABS } from '../../page/store/tabs.ts';
import { showOverlay } from '../../page/store/overlay.ts';
import { Sheet } from '../controls/sheet.tsx';
import './record.css';

const MS = 1e6;

/** `unregister, loader, A` */
function commandWords({ do: verb, ...rest }: Command): string {
  const words = Object.entries(rest).flatMap(([name, value]) =>
    name === 'source' || name === 'bytes' || Array.isArray(value) ? [] : [String(value)],
  );
  return [verb, ...words].join(', ').slice(0, 80);
}

export function RecordSheet() {
  const edited = useRecording((state) => state.edited);
  useEffect(() => {
    if (!useRecording.getState().edited) void takeRecording();
  }, []);
  return (
    <Sheet title="Record a scenario">
      {!edited && <p role="status">Reading what was done</p>}
      {edited && (
        <div className="form">
          <label className="field">
            <span>Title</span>
            <input
              type="text"
              maxLength={120}
              value={edited.recording.title}
              onChange={({ target }) => edit((recording) => ({ ...recording, title: target.value }))}
            />
          </label>
          <label className="field">
            <span>What it teaches, in a sentence</span>
            <input
              type="text"
              maxLength={400}
              value={edited.recording.intro}
              onChange={({ target }) => edit((recording) => ({ ...recording, intro: target.value }))}
            />
          </label>
          <Actions />
          <ol className="recorded" aria-label="Steps">
            {edited.recording.steps.map((step, i) => (
              <Step key={step.key} step={step} index={i} last={i === edited.recording.steps.length - 1} />
            ))}
          </ol>
          {edited.recording.steps.length === 0 && (
            <p className="note">No steps: press edges of the state machine, then record again.</p>
          )}
        </div>
      )}
    </Sheet>
  );
}

function Actions() {
  return (
    <div className="row">
      <button
        type="button"
        className="button primary"
        onClick={() => void tryRecording().then(() => showOverlay(null))}
      >
        Try it
      </button>
      <button type="button" className="button" onClick={saveRecording}>
        Save as a file
      </button>
      <button type="button" className="button" onClick={() => void tryRecording().then(() => showOverlay('share'))}>
        Send it as a link
      </button>
      <button type="button" className="button" onClick={() => void tryRecording().then(() => showOverlay('labs'))}>
        Keep it
      </button>
      <button
        type="button"
        className="button"
        onClick={() => {
          forgetRecording();
          void takeRecording();
        }}
      >
        Record again
      </button>
    </div>
  );
}

interface StepProps {
  readonly step: RecordedStep;
  readonly index: number;
  readonly last: boolean;
}

interface StepOf {
  readonly step: RecordedStep;
  /** its number, from 1 */
  readonly n: number;
}

/** View of the page at a step, and whether playing stops there. */
function StepLooks({ step, n }: StepOf) {
  const { key, view, pause = false } = step;
  const change = (next: Partial<RecordedStep>): void => edit((recording) => changeStep(recording, key, next));
  const setTab = (pane: string, tab: string): void => {
    const { [pane]: _, ...rest } = view?.tabs ?? {};
    change({ view: { ...view, tabs: tab === '' ? rest : { ...view?.tabs, [pane]: tab } } });
  };
  return (
    <details className="looks">
      <summary>
        {view ? `View: ${viewWords(view) || 'nothing selected'}` : 'View: as it is'}
        {pause && ', playing pauses'}
      </summary>
      <div className="row">
        <button type="button" className="button" onClick={() => change({ view: viewOf(choices()) })}>
          Take the page’s view
        </button>
        <button type="button" className="button" aria-disabled={!view} onClick={() => change({ view: undefined })}>
          Leave the view as it is
        </button>
        <Pick
          label={`Preset of step ${n}`}
          value={view?.preset ?? ''}
          options={PRESETS.map(({ id }) => id)}
          onPick={(preset) => change({ view: { ...view, preset: preset || undefined } })}
        />
        {PANES.map((pane) => (
          <Pick
            key={pane}
            label={`Tab of ${pane}, step ${n}`}
            value={view?.tabs?.[pane] ?? ''}
            options={TABS[pane].map(({ id }) => id)}
            onPick={(tab) => setTab(pane, tab)}
          />
        ))}
        <Pick
          label={`Map of step ${n}`}
          value={view?.map ?? ''}
          options={lettersOf(view?.map)}
          onPick={(map) => change({ view: { ...view, map: map || undefined } })}
        />
        <label className="row">
          <input
            type="checkbox"
            checked={pause}
            aria-label={`Playing pauses after step ${n}`}
            onChange={({ target }) => change({ pause: target.checked || undefined })}
          />
          pause
        </label>
      </div>
    </details>
  );
}

const PANES = ['lifecycle', 'flows', 'side'] as const;

const lettersOf = (chosen: string | undefined): string[] => [
  ...new Set([...(lab().cold?.maps ?? []).map(({ letter }) => letter), ...(chosen ? [chosen] : [])]),
];

interface PickProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly onPick: (value: string) => void;
}

function Pick({ label, value, options, onPick }: PickProps) {
  return (
    <select aria-label={label} value={value} onChange={({ target }) => onPick(target.value)}>
      <option value="">as it is</option>
      {options.map((one) => (
        <option key={one}>{one}</option>
      ))}
    </select>
  );
}

function Step({ step, index, last }: StepProps) {
  const { key, caption, note = '', command, answers } = step;
  const n = index + 1;
  const change = (next: Partial<RecordedStep>): void => edit((recording) => changeStep(recording, key, next));
  return (
    <li>
      <div className="row">
        <span className="mono grow">
          {n}. {commandWords(command)}
          {answers !== undefined && ` = -${answers}`}
        </span>
        <Time step={step} n={n} />
        <Order index={index} last={last} />
        <button
          type="button"
          className="button"
          aria-label={`Leave step ${n} out`}
          onClick={() => edit((recording) => dropStep(recording, key))}
        >
          Leave out
        </button>
      </div>
      <input
        type="text"
        maxLength={400}
        placeholder="Caption: what the room reads"
        aria-label={`Caption of step ${n}`}
        value={caption}
        onChange={({ target }) => change({ caption: target.value })}
      />
      <input
        type="text"
        maxLength={4000}
        placeholder="Note: what only the speaker reads"
        aria-label={`Note of step ${n}`}
        value={note}
        onChange={({ target }) => change({ note: target.value })}
      />
      <StepLooks step={step} n={n} />
    </li>
  );
}

/** Longest time of a step, ms. */
const MOST_MS = 1e8;

function Time({ step: { key, at }, n }: StepOf) {
  return (
    <label className="row">
      at
      <input
        type="number"
        min={0}
        step={1}
        aria-label={`Time of step ${n}, milliseconds`}
        value={at / MS}
        onChange={({ target }) => {
          const ms = Number(target.value);
          if (ms >= 0 && ms < MOST_MS) edit((recording) => changeStep(recording, key, { at: Math.round(ms * MS) }));
        }}
      />
      ms
    </label>
  );
}

const DIRECTIONS = [
  { by: -1, arrow: '↑', word: 'earlier' },
  { by: 1, arrow: '↓', word: 'later' },
] as const;

/** Moves a step among the others. */
function Order({ index, last }: Omit<StepProps, 'step'>) {
  return DIRECTIONS.map(({ by, arrow, word }) => (
    <button
      key={word}
      type="button"
      className="button"
      aria-label={`Step ${index + 1} ${word}`}
      aria-disabled={by < 0 ? index === 0 : last}
      onClick={() => edit((recording) => moveStep(recording, index, by))}
    >
      {arrow}
    </button>
  ));
}
