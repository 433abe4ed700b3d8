import { describe, expect, it } from 'vitest';
import type { CallRecord } from '../../engine/index.ts';
import { allMarks, textTwin } from '../scene.ts';
import { sequenceScene } from '../sequence/sequence.ts';
import { svgText } from '../svg.ts';
import { replaceWhileConnected } from '../testing/snapshots.ts';
import { clippedTexts, touchingTexts } from '../testing/text-boxes.ts';
import { checksScene } from './checks.ts';

const { cold, hot, history } = replaceWhileConnected(585);
const words = { step: (id: string) => `Step ${id}`, errno: () => 'EEXIST' };
const SIZE = { width: 634, height: 320 };

const refused: CallRecord = {
  ...history.calls[1],
  ret: -17,
  message: 'bpf_reno already registered',
  trace: [
    { step: 'flags', member: null, outcome: 'next' },
    { step: 'prog', member: 'set_state', outcome: 'skip' },
    { step: 'reg', member: null, outcome: 'fail' },
  ],
};

describe('checks', () => {
  it('highlights the step that answered', async () => {
    const scene = checksScene({ call: refused, words, scroll: 0 }, SIZE);
    await expect(svgText(scene)).toMatchFileSnapshot('golden/refused.svg');
    expect(allMarks(scene).find(({ mark }) => mark.id === 'step.2.ground')?.mark).toMatchObject({ fill: 'error-tint' });
    expect(textTwin(scene).map(({ text }) => text)).toContain('3. Step reg: refused');
    expect([...touchingTexts(scene), ...clippedTexts(scene)]).toEqual([]);
  });

  it('says so when nothing was called', () => {
    expect(textTwin(checksScene({ call: null, words, scroll: 0 }, SIZE))).toHaveLength(1);
  });
});

describe('sequence', () => {
  it('draws calls into the kernel and answers out of it', async () => {
    const scene = sequenceScene({ cold, history, event: hot.event, words, scroll: 0 }, SIZE);
    await expect(svgText(scene)).toMatchFileSnapshot('golden/sequence.svg');
    expect(touchingTexts(scene)).toEqual([]);
  });

  it('names do not overlap in close lanes', () => {
    for (const width of [372, 430, 1004])
      expect(
        touchingTexts(sequenceScene({ cold, history, event: hot.event, words, scroll: 0 }, { width, height: 300 })),
      ).toEqual([]);
  });
});
