import { describe, expect, it } from 'vitest';
import { allMarks, hitsOf, type Scene, textTwin } from '../scene.ts';
import { svgText } from '../svg.ts';
import { replaceWhileConnected } from '../testing/snapshots.ts';
import { clippedTexts, fadedTexts, touchingTexts } from '../testing/text-boxes.ts';
import { zoomedRoom, zoomOf } from '../zoom.ts';
import { timelineWatch } from './watch-lane.ts';
import type { TimelineInput } from './timeline.ts';
import { timelineLeast, timelineScale, timelineScene, timelineValueText } from './timeline.ts';

const inputAt = (at: number, domain: readonly [number, number] = [0, 900e6]): TimelineInput => {
  const { cold, hot, history } = replaceWhileConnected(at);
  return { cold, history, time: hot.time, event: hot.event, domain };
};

const FOOT = { width: 1422, height: 158 };

describe('timeline', () => {
  it('draws bands, counts and events', async () => {
    await expect(svgText(timelineScene(inputAt(585), FOOT))).toMatchFileSnapshot('golden/timeline.svg');
  });

  it('has a lane for a watched expression, with its statistics in words', () => {
    const lane = {
      socket: 1,
      time: [60e6, 200e6, 600e6],
      value: [10, 40, 20],
      min: 10,
      max: 40,
      mean: 24.5,
      changes: 3,
    };
    const watch = timelineWatch('tp->snd_cwnd', { lanes: [lane], until: 900e6 });
    for (const size of [FOOT, { width: 800, height: 84 }, { width: 700, height: 240 }]) {
      const scene = timelineScene({ ...inputAt(585), watch }, size);
      expect([...touchingTexts(scene), ...clippedTexts(scene)], `${size.height}`).toEqual([]);
      const marks = allMarks(scene);
      // a low timeline has no room for it, and says so
      const ids = marks.map(({ mark }) => mark.id).filter((id) => id.startsWith('watch.'));
      expect(ids).toEqual(size.height > 100 ? ['watch.1', 'watch.1.future'] : []);
      expect(textTwin(scene).map(({ text }) => text)).toContain(
        'Watch tp->snd_cwnd: connection 1: min 10, max 40, mean 24.5, 3 values',
      );
    }
    const without = timelineWatch('tp->snd_cwnd', { lanes: [], until: 900e6 });
    expect(textTwin(timelineScene({ ...inputAt(585), watch: without }, FOOT)).map(({ text }) => text)).toContain(
      'Watch tp->snd_cwnd: no connection had a value',
    );
  });

  it('folds to one line', async () => {
    await expect(svgText(timelineScene(inputAt(585), { width: 1422, height: 26 }))).toMatchFileSnapshot(
      'golden/folded.svg',
    );
  });

  it('a narrow folded timeline has no title, and bands of half its width at least', () => {
    for (const width of [252, 342, 420, 700]) {
      const size = { width, height: 28 };
      const scene = timelineScene(inputAt(585), size);
      expect(
        scene.marks.some(({ id }) => id === 'title'),
        String(width),
      ).toBe(width >= 420);
      const { left, right } = timelineScale(size, [0, 1]);
      expect(right - left).toBeGreaterThan(width / 2);
    }
  });

  it('texts do not overlap, stay inside and keep full contrast at any size and time', () => {
    for (const width of [380, 800, 1422, 1902]) {
      for (const at of [0, 20, 100, 390, 475, 585, 700, 760, 850, 900]) {
        const scene = timelineScene(inputAt(at), { width, height: 158 });
        expect([...touchingTexts(scene), ...clippedTexts(scene), ...fadedTexts(scene)], `${width} at ${at} ms`).toEqual(
          [],
        );
      }
    }
  });

  it('texts do not overlap with large text, and lanes, counts and names of states stay', () => {
    for (const size of [
      { width: 380, height: 132 },
      { width: 1422, height: 158 },
      { width: 1902, height: 220 },
    ]) {
      for (const at of [0, 475, 585, 760]) {
        for (const scale of [1.2, 1.6]) {
          const input = inputAt(at);
          const zoom = zoomOf(scale, size, timelineLeast(input, size));
          const scene = timelineScene(input, zoomedRoom(size, zoom));
          const name = `${size.width} at ${at} ms, ${scale}`;
          expect([...touchingTexts(scene), ...clippedTexts(scene), ...fadedTexts(scene)], name).toEqual([]);
          const lanes = (of: Scene) => of.marks.map(({ id }) => id).filter((id) => /^(lane|refs)\./.test(id));
          expect(lanes(scene), name).toEqual(lanes(timelineScene(input, size)));
        }
      }
    }
    const wide = { width: 1902, height: 220 };
    expect(zoomOf(1.6, wide, timelineLeast(inputAt(585), wide))).toBe(1.6);
  });

  it('has a lane per map as far as they fit, names the others, and never overlaps', () => {
    for (const count of [1, 2, 4, 8, 12]) {
      const input = inputAt(585);
      const letters = Array.from({ length: count }, (_, i) => String.fromCharCode(65 + i));
      const [like] = input.cold.maps;
      const of = <T extends { readonly map: string }>(rows: readonly T[]): T[] =>
        letters.flatMap((map) => rows.filter((row) => row.map === 'A').map((row) => ({ ...row, map })));
      const many = {
        ...input,
        cold: { ...input.cold, maps: letters.map((letter) => ({ ...like, letter })) },
        history: { ...input.history, transitions: of(input.history.transitions), refs: of(input.history.refs) },
      };
      for (const height of [76, 84, 100, 128, 158, 240]) {
        const scene = timelineScene(many, { width: 700, height });
        expect([...touchingTexts(scene), ...clippedTexts(scene)], `${count} maps in ${height}`).toEqual([]);
        const words = textTwin(scene).map(({ text }) => text);
        for (const letter of letters)
          expect(
            words.some((line) => line.startsWith(`Map ${letter}:`) || /^No room for maps?/.test(line)),
            `${letter} of ${count} in ${height}`,
          ).toBe(true);
      }
    }
  });

  it('shows the past solid and the future at 40 %', () => {
    const marks = allMarks(timelineScene(inputAt(585), FOOT));
    const bands = marks.filter(({ mark }) => mark.kind === 'rect' && mark.id.startsWith('band.B'));
    expect(bands.map(({ mark }) => mark.opacity)).toEqual([undefined, undefined, 0.4]);
  });

  it('converts a position into a time and back', () => {
    const scale = timelineScale(FOOT, [100e6, 300e6]);
    expect(scale.time(scale.x(123e6))).toBeCloseTo(123e6, 0);
  });

  it('has a target for each event', () => {
    const hits = hitsOf(timelineScene(inputAt(585), FOOT));
    expect(hits.find(({ label }) => label.includes('DELETE'))?.action).toEqual({
      command: 'time.event',
      args: { event: 5760 },
    });
  });

  it('describes its content in words', () => {
    expect(timelineValueText(inputAt(585))).toBe('585.0 ms, map A TOBEFREE 3, map B INUSE 4');
    expect(textTwin(timelineScene(inputAt(585), FOOT)).map(({ text }) => text)).toContain(
      'Map B: INIT from 390.0 ms, INUSE from 470.0 ms',
    );
  });
});
