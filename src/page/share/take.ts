/* Takes the page's lab as data: what differs from the scenario's initial state. */
import { DEFAULT_KERNEL, type LoggedCommand } from '../../engine/index.ts';
import { ask, currentLog } from '../engine/engine.ts';
import { currentFrame } from '../frame-source.ts';
import { choices, DEFAULT_TABS } from '../store/choices.ts';
import { lab } from '../store/lab.ts';
import { activeText, isListing, textNames } from '../store/texts.ts';
import { contentOf, isShipped } from './content.ts';
import type { LabDoc, LabView } from './lab-doc.ts';

/** Commands besides the scenario's steps, from the worker, or from the page's own log if the worker is gone. */
export async function commandsGiven(): Promise<readonly LoggedCommand[]> {
  const { event } = currentFrame().hot;
  if (lab().phase !== 'crashed') {
    const answer = await ask('log', { event });
    if (answer) return answer.commands;
  }
  const log = currentLog();
  const acts = (log?.acts ?? []).flatMap(({ time, act }) =>
    act.type === 'command' ? [{ event: 0, time, command: act.command }] : [],
  );
  return [...(log?.begin?.commands ?? []), ...acts];
}

function viewNow(): LabView {
  const { preset, tabs, breakpoints, breaks, watches } = choices();
  const changed = Object.entries(tabs).filter(([pane, tab]) => DEFAULT_TABS[pane as keyof typeof tabs] !== tab);
  const text = activeText();
  const first = textNames(lab(), choices().edits)[0];
  return {
    ...(preset === 'debug' ? {} : { preset }),
    ...(changed.length === 0 ? {} : { tabs: Object.fromEntries(changed) }),
    ...(text === null || text === first ? {} : { text }),
    ...(breakpoints.length === 0 ? {} : { breakpoints }),
    ...(breaks.length === 0 ? {} : { breaks }),
    ...(watches.length === 0 ? {} : { watches }),
  };
}

const some = <T extends object>(name: string, value: T): Record<string, T> =>
  Object.keys(value).length === 0 ? {} : { [name]: value };

/** The present lab; null before the first scenario. */
export async function takeLab(): Promise<LabDoc | null> {
  const { scenario, kernel, loaded } = lab();
  if (!scenario) return null;
  const commands = await commandsGiven();
  const names = new Set(textNames(lab(), choices().edits));
  const texts = Object.entries(choices().edits).filter(([name]) => names.has(name) && !isListing(name));
  const machine = Object.entries(loaded).filter(([name, text]) => scenario.texts[name] !== text);
  const shipped = await isShipped(scenario);
  return {
    scenario: scenario.id,
    ...(shipped ? {} : { whole: scenario }),
    ...(kernel === (scenario.kernel ?? DEFAULT_KERNEL) ? {} : { kernel }),
    ...some('texts', Object.fromEntries(texts)),
    ...some('machine', Object.fromEntries(machine)),
    ...(commands.length === 0 ? {} : { content: contentOf(scenario), commands }),
    time: currentFrame().hot.time,
    ...some('view', viewNow()),
  };
}

/** Hash of the whole machine's state at the cursor; equal on two pages in the same state. */
export async function stateKey(): Promise<string | null> {
  const answer = await ask('log', { event: currentFrame().hot.event });
  return answer && answer.hash.toString(16).padStart(8, '0');
}
