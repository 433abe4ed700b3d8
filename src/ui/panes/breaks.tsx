/* Breaks, where playing stops or prints a line: on lines of programs, the lifecycle, counts, calls and connections. */
import { type ReactNode, useState } from 'react';
import type { Break, BreakOptions } from '../../engine/index.ts';
import type { Breakpoint } from '../../protocol/messages.ts';
import { CA_STATES } from '../../views/flows/ca-states.ts';
import { runCommand } from '../../page/commands/registry.ts';
import { CommandButton } from '../controls/command-button.tsx';
import { useCalmFrame } from '../controls/use-frame.ts';
import { setBreakpoints, setBreaks } from '../../page/engine/engine.ts';
import { choices, choose, useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';
import { timeText } from '../../views/words.ts';
import { BreakOptionsForm } from './break-options.tsx';
import { NewBreak } from './new-break.tsx';

function changeBreaks(breaks: readonly Break[]): void {
  choose({ breaks });
  setBreaks();
}

export function addBreak(one: Break): void {
  const rest = choices().breaks.filter((other) => JSON.stringify(other) !== JSON.stringify(one));
  changeBreaks([...rest, one]);
}

function changeLine(from: Breakpoint, to: Breakpoint | null): void {
  choose({ breakpoints: choices().breakpoints.flatMap((one) => (one === from ? (to ?? []) : one)) });
  setBreakpoints();
}

function kindWords(one: Break): string {
  switch (one.on) {
    case 'edge':
      return `${one.map === null ? 'any map' : `map ${one.map}`} becomes ${one.to}`;
    case 'refs':
      return `${one.map === null ? 'any map' : `map ${one.map}`} has ${one.count} references`;
    case 'call':
      return `a call with "${one.text}"${one.refused ? ' is refused' : ''}`;
    case 'ca-state':
      return `${one.socket === null ? 'any connection' : `connection ${one.socket}`} enters ${CA_STATES[one.state]}`;
    case 'condition':
      return one.text;
    default:
      return one satisfies never;
  }
}

function optionWords({ when, trace, print }: BreakOptions): string {
  const only = when === undefined ? '' : `, when ${when}`;
  const shown = print === undefined ? '' : ` ${print}`;
  return `${only}${trace === true ? `: prints${shown || ' a line'}, goes on` : ''}`;
}

export const breakWords = (one: Break): string => `${kindWords(one)}${optionWords(one)}`;

export function Breaks() {
  const breaks = useChoices((state) => state.breaks);
  const breakpoints = useChoices((state) => state.breakpoints);
  return (
    <section aria-label="Breaks">
      <h3>Playing stops, or prints a line, when</h3>
      {breaks.length + breakpoints.length === 0 && (
        <p className="note">Nothing yet. Add a break below, or press F9 on a line of a program.</p>
      )}
      <ul>
        {breaks.map((one, i) => (
          <Entry
            key={i}
            words={breakWords(one)}
            name={kindWords(one)}
            spec={one}
            options={one}
            onChange={(options) =>
              changeBreaks(breaks.map((other) => (other === one ? withOptions(one, options) : other)))
            }
            onRemove={() => changeBreaks(choices().breaks.filter((other) => other !== one))}
          />
        ))}
        {breakpoints.map((one) => (
          <Entry
            key={`${one.text} ${one.line}`}
            name={`${one.text}:${one.line + 1}`}
            words={
              <>
                <button
                  type="button"
                  className="row-button mono"
                  onClick={() => runCommand('program.show', { text: one.text, line: one.line })}
                >
                  {one.text}:{one.line + 1}
                </button>
                {optionWords(one)}
              </>
            }
            spec={null}
            options={one}
            onChange={(options) => changeLine(one, withOptions(one, options))}
            onRemove={() => changeLine(one, null)}
          />
        ))}
      </ul>
      <p className="row">
        <CommandButton command="time.reverse">Back to where one was last met</CommandButton>
      </p>
      <Traced />
      <NewBreak onAdd={addBreak} />
    </section>
  );
}

/** The same break with other options; absent ones are removed. */
function withOptions<T extends BreakOptions>(one: T, options: BreakOptions): T {
  const { when: _when, trace: _trace, print: _print, ...rest } = one;
  return { ...rest, ...options } as T;
}

interface EntryProps {
  readonly words: ReactNode;
  readonly name: string;
  readonly spec: Break | null;
  readonly options: BreakOptions;
  readonly onChange: (options: BreakOptions) => void;
  readonly onRemove: () => void;
}

function Entry({ words, name, spec, options, onChange, onRemove }: EntryProps) {
  const [open, setOpen] = useState(false);
  return (
    <li>
      <div className="row">
        <span className="grow">{words}</span>
        <button
          type="button"
          className="button small"
          aria-expanded={open}
          aria-label={`Condition of ${name}`}
          onClick={() => setOpen(!open)}
        >
          Only when…
        </button>
        <button type="button" className="button small" aria-label={`Remove ${name}`} onClick={onRemove}>
          Remove
        </button>
      </div>
      {open && (
        <BreakOptionsForm
          spec={spec}
          options={options}
          onChange={(next) => {
            onChange(next);
            setOpen(false);
          }}
        />
      )}
    </li>
  );
}

/** Most lines shown at once, the newest last. */
const MOST_SHOWN = 100;

function Traced() {
  const { lines, left } = useLab((state) => state.traced);
  const { hot } = useCalmFrame();
  if (lines.length === 0) return null;
  const passed = lines.filter(({ event }) => event <= hot.event);
  const shown = passed.slice(-MOST_SHOWN);
  return (
    <>
      <h3>Printed up to here</h3>
      {shown.length < passed.length && <p className="note">{passed.length - shown.length} lines before these.</p>}
      <ol className="traced" aria-label="Lines of tracepoints">
        {shown.map(({ time, event, text }, i) => (
          <li key={i}>
            <button type="button" className="row-button" onClick={() => runCommand('time.moment', { time, event })}>
              <span className="note">{timeText(time)}</span> <span className="mono">{text}</span>
            </button>
          </li>
        ))}
      </ol>
      {left > 0 && <p className="note">{left} lines more were not kept: a condition makes them fewer.</p>}
    </>
  );
}
