/* The recording being edited; it survives closing its sheet. */
import { create } from 'zustand';
import type { Scenario } from '../../engine/index.ts';
import { currentLog } from '../engine/engine.ts';
import { currentFrame } from '../frame-source.ts';
import { labFile } from '../share/codec.ts';
import { openLabDoc } from '../share/open.ts';
import { saveFile } from '../share/save.ts';
import { commandsGiven } from '../share/take.ts';
import { choices } from '../store/choices.ts';
import { lab } from '../store/lab.ts';
import { asScenario, type Recording, record, type SeenCommand } from './record.ts';

interface Edited {
  readonly recording: Recording;
  readonly base: Scenario;
  readonly texts: Readonly<Record<string, string>>;
}

export const useRecording = create<{ readonly edited: Edited | null }>(() => ({ edited: null }));

/** Records everything up to the cursor; null before the first scenario. */
export async function takeRecording(): Promise<void> {
  const { scenario, history, loaded } = lab();
  if (!scenario || !history) return;
  const { time } = currentFrame().hot;
  const seen = (currentLog()?.acts ?? []).flatMap(({ act, time, view }): SeenCommand[] =>
    act.type === 'command' ? [{ time, command: act.command, ...(view ? { view } : {}) }] : [],
  );
  const recording = record(scenario, await commandsGiven(), history, time, seen);
  useRecording.setState({ edited: { recording, base: scenario, texts: loaded } });
}

export function edit(change: (recording: Recording) => Recording): void {
  const { edited } = useRecording.getState();
  if (edited) useRecording.setState({ edited: { ...edited, recording: change(edited.recording) } });
}

export const forgetRecording = (): void => useRecording.setState({ edited: null });

const scenarioOf = ({ recording, base, texts }: Edited): Scenario => asScenario(recording, base, texts);

/** Opens the recording as a scenario, from its beginning. */
export async function tryRecording(): Promise<void> {
  const { edited } = useRecording.getState();
  if (!edited) return;
  const whole = scenarioOf(edited);
  await openLabDoc({ scenario: whole.id, whole, kernel: lab().kernel, texts: choices().edits }, true);
}

export function saveRecording(): void {
  const { edited } = useRecording.getState();
  if (!edited) return;
  const whole = scenarioOf(edited);
  saveFile(`${whole.id}.ops.json`, labFile({ scenario: whole.id, whole, kernel: lab().kernel }), 'application/json');
}
