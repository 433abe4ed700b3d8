/** A run with own commands becomes a scenario that does the same, or says where it differs. */
import { expect, test } from 'vitest';
import { shippedParts } from '../../cli/cli.ts';
import { Lab } from '../../engine/index.ts';
import { replaceWhileConnected } from '../../scenarios/replace-while-connected.ts';
import { labDoc } from '../share/lab-doc.ts';
import { looksOf } from './step-view.ts';
import { viewOf } from './view-now.ts';
import { asScenario, changeStep, dropStep, moveStep, record } from './record.ts';

const ms = (n: number): number => n * 1e6;

function done(): Lab {
  const lab = new Lab(shippedParts(), replaceWhileConnected);
  lab.seek(ms(300));
  lab.command({ do: 'connect', process: 'client', socket: 9, cc: 'bpf_reno' });
  lab.seek(ms(350));
  lab.command({ do: 'register', process: 'admin', map: 'A' });
  lab.seek(ms(400));
  return lab;
}

test('replaying the recording gives the same maps and the same results', () => {
  const lab = done();
  const recording = record(lab.scenario, lab.commands, lab.history, lab.time);
  const given = recording.steps.filter(({ key }) => key.startsWith('given'));
  expect(given.map(({ at, command, answers }) => [at, command.do, answers])).toEqual([
    [ms(300), 'connect', undefined],
    [ms(350), 'register', 'EBUSY'],
  ]);
  const scenario = asScenario(recording, lab.scenario, {});
  expect(labDoc(JSON.parse(JSON.stringify({ scenario: scenario.id, whole: scenario })), '').ok).toBe(true);
  const again = new Lab(shippedParts(), scenario);
  again.seek(ms(400));
  const facts = ({ maps }: ReturnType<Lab['cold']>) => maps.map(({ letter, state, refcnt }) => [letter, state, refcnt]);
  expect(facts(again.cold())).toEqual(facts(lab.cold()));
  expect(again.history.captions.filter(({ text }) => text.startsWith('Otherwise'))).toEqual([]);
  const other = new Lab(shippedParts(), scenario);
  other.seek(ms(400));
  expect(other.hash()).toBe(again.hash());
});

test('a step stores the page’s view, and a removed view is gone from the file', () => {
  const lab = done();
  const { time, command } = lab.commands[0];
  const view = { preset: 'inspect', tabs: { side: 'ledger' }, map: 'A' };
  const recording = record(lab.scenario, lab.commands, lab.history, lab.time, [
    { time: time + 1, command, view: { preset: 'flows' } },
    { time, command: { ...command }, view },
  ]);
  const given = recording.steps.filter(({ key }) => key.startsWith('given'));
  expect(given.map((step) => step.view)).toEqual([view, undefined]);
  const paused = changeStep(recording, given[1].key, { pause: true, view: { map: 'B' } });
  const plain = changeStep(paused, given[0].key, { view: undefined });
  const file = JSON.stringify({ scenario: 'x', whole: asScenario(plain, lab.scenario, {}) });
  const read = labDoc(JSON.parse(file), '');
  expect(read.ok && read.value.whole?.steps.slice(-2).map(({ view, pause }) => [view, pause])).toEqual([
    [undefined, undefined],
    [{ map: 'B' }, true],
  ]);
});

test('a view changes only what it names, and unknown names change nothing', () => {
  const tabs = { lifecycle: 'machine', flows: 'wire', side: 'struct', narrow: 'code' } as const;
  const now = { preset: 'debug', tabs, selection: { map: 'A', socket: 1, field: null } } as const;
  expect(
    looksOf({ preset: 'cinema', tabs: { side: 'ledger', flows: 'loom', narrow: 'flows' }, socket: 2 }, now),
  ).toEqual({
    preset: 'debug',
    tabs: { ...tabs, side: 'ledger' },
    selection: { map: null, socket: 2, field: null },
  });
  expect(looksOf(viewOf(now), now)).toEqual(now);
});

test('steps are captioned, moved and left out; times stay in order', () => {
  const lab = done();
  const recording = record(lab.scenario, lab.commands, lab.history, lab.time);
  const last = recording.steps.length - 1;
  const worded = changeStep(recording, recording.steps[last].key, { caption: 'Once is enough.' });
  expect(worded.steps[last].caption).toBe('Once is enough.');
  const moved = moveStep(worded, last, -1);
  expect([moved.steps[last - 1].caption, moved.steps[last - 1].at]).toEqual(['Once is enough.', ms(300)]);
  expect(moveStep(recording, 0, -1)).toBe(recording);
  const early = changeStep(worded, worded.steps[last].key, { at: 0 });
  expect(early.steps[0].caption).toBe('Once is enough.');
  expect(dropStep(early, early.steps[0].key).steps).toHaveLength(last);
});
