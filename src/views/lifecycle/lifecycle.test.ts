import { describe, expect, it } from 'vitest';
import type { Holder, LifecycleState, MapSnapshot } from '../../engine/index.ts';
import { allMarks, countNodes, DESK, hitsOf, textTwin } from '../scene.ts';
import { svgText } from '../svg.ts';
import { replaceWhileConnected } from '../testing/snapshots.ts';
import { clippedTexts, fadedTexts, touchingTexts } from '../testing/text-boxes.ts';
import type { LifecycleInput } from './lifecycle.ts';
import { lifecycleScene } from './lifecycle.ts';

const inputAt = (at: number): LifecycleInput => {
  const { cold, hot, history } = replaceWhileConnected(at);
  return { cold, history, time: hot.time, event: hot.event, errno: () => 'EEXIST' };
};

const DEBUG = { width: 634, height: 352 };
const SIZES = [DEBUG, { width: 1004, height: 520 }, { width: 372, height: 340 }, { width: 478, height: 230 }];
/** Sizes of the view on small screens and at 200 % zoom. */
const LOW_SIZES = [
  { width: 472, height: 170 },
  { width: 380, height: 200 },
  { width: 704, height: 150 },
];
const TIMES = [0, 20, 70, 150, 300, 395, 470, 480, 585, 600, 640, 700, 745, 790, 805, 890];

const holder = (kind: Holder['kind'], id = 0): Holder => ({ kind, id, time: 0, event: 1, call: 1 });
const sockets = (count: number): Holder[] => Array.from({ length: count }, (_, i) => holder('socket', i + 1));

function withMaps(maps: readonly (readonly [string, LifecycleState, readonly Holder[]])[]): LifecycleInput {
  const input = inputAt(100);
  const [like] = input.cold.maps;
  const made = maps.map(
    ([letter, state, holders]): MapSnapshot => ({ ...like, letter, state, holders, refcnt: holders.length }),
  );
  return { ...input, history: { ...input.history, refs: [] }, cold: { ...input.cold, sockets: [], maps: made } };
}

describe('lifecycle', () => {
  it('draws two maps in two stations', async () => {
    await expect(svgText(lifecycleScene(inputAt(585), DEBUG, DESK))).toMatchFileSnapshot('golden/two-maps.svg');
  });

  it('draws a grace period', async () => {
    await expect(svgText(lifecycleScene(inputAt(790), DEBUG, DESK))).toMatchFileSnapshot('golden/grace.svg');
  });

  it('texts do not overlap, stay inside and keep full contrast at any size and time', () => {
    for (const size of [...SIZES, ...LOW_SIZES]) {
      for (const at of TIMES) {
        const scene = lifecycleScene(inputAt(at), size, DESK);
        expect(
          [...touchingTexts(scene), ...clippedTexts(scene), ...fadedTexts(scene)],
          `${size.width} at ${at} ms`,
        ).toEqual([]);
      }
    }
  });

  it('leaves nothing outside where it is very narrow', () => {
    for (const width of [310, 340]) {
      for (const at of TIMES) {
        const scene = lifecycleScene(inputAt(at), { width, height: 280 }, DESK);
        expect(clippedTexts(scene), `${width} at ${at} ms`).toEqual([]);
      }
    }
  });

  it('lists the maps without room, each as a button, all inside the picture', () => {
    const eight = [...'ABCDEFGH'].map((letter) => [letter, letter === 'A' ? 'TOBEFREE' : 'INUSE', sockets(1)] as const);
    for (const size of [...SIZES, ...LOW_SIZES]) {
      const scene = lifecycleScene(withMaps(eight), size, DESK);
      const maps = hitsOf(scene).filter(({ action }) => action?.command === 'select.map');
      expect(new Set(maps.map(({ action }) => action?.args.map)).size, `at ${size.width}`).toBe(8);
      for (const { label, x, width } of maps) {
        expect(x, `${label} at ${size.width}`).toBeGreaterThanOrEqual(0);
        expect(x + width, `${label} at ${size.width}`).toBeLessThanOrEqual(size.width);
      }
    }
    expect(textTwin(lifecycleScene(withMaps(eight), DEBUG, DESK)).map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^No room for \d more in INUSE$/),
    );
  });

  it('cuts no name with twelve maps in low panes, nor with large text', () => {
    const twelve = [...'ABCDEFGHIJKL'].map(
      (letter) =>
        [
          letter,
          letter === 'A' ? 'TOBEFREE' : 'INUSE',
          [holder('registration'), holder('file'), ...sockets(2)],
        ] as const,
    );
    for (const height of [188, 154, 130]) {
      for (const scale of [1, 1.3, 1.6]) {
        const scene = lifecycleScene(withMaps(twelve), { width: 558, height }, { ...DESK, scale });
        const name = `${height} px at scale ${scale}`;
        const cut = clippedTexts(scene);
        expect(height >= 154 ? cut : cut.filter((one) => one.startsWith('station.')), name).toEqual([]);
        if (height >= 154 * Math.min(scale, 1.2)) expect(touchingTexts(scene), name).toEqual([]);
      }
    }
  });

  it('with large text in a very low pane, leaves out tokens and words around the rings before it cuts a name', () => {
    const ids = (scale: number, height: number) =>
      allMarks(lifecycleScene(inputAt(585), { width: 512, height }, { ...DESK, scale })).map(({ mark }) => mark.id);
    for (const scale of [1.3, 1.6]) {
      for (const height of [150, 165, 180]) {
        for (const at of TIMES) {
          const scene = lifecycleScene(inputAt(at), { width: 512, height }, { ...DESK, scale });
          const name = `${height} px at ${at} ms, scale ${scale}`;
          expect([...touchingTexts(scene), ...clippedTexts(scene)], name).toEqual([]);
          for (const { id, y, height: tall } of hitsOf(scene))
            expect(y >= 0 && y + tall <= height, `${id} in ${name}`).toBe(true);
        }
      }
    }
    expect(ids(1.6, 165)).not.toContain('map.A.holder.socket1');
    expect(ids(1.6, 165)).toContain('map.A.count');
    expect(ids(1, 165)).toContain('map.A.holder.socket1');
  });

  it('has the words of READY below its maps where the width has no room beside them', () => {
    const two = withMaps([
      ['A', 'READY', [holder('file'), ...sockets(2)]],
      ['B', 'READY', [holder('file'), holder('link')]],
    ]);
    for (const size of [{ width: 372, height: 300 }, { width: 372, height: 400 }, { width: 340, height: 560 }, DEBUG]) {
      const scene = lifecycleScene(two, size, DESK);
      const name = `${size.width}x${size.height}`;
      expect([...touchingTexts(scene), ...clippedTexts(scene)], name).toEqual([]);
      const [a, b] = ['name', 'note'].map((id) =>
        allMarks(scene).find(({ mark }) => mark.id === `station.READY.${id}`),
      );
      if (a && b) expect(b.mark, name).toMatchObject({ anchor: size === DEBUG ? 'start' : 'middle' });
    }
  });

  it('is whole where only one row fits, also with a map in READY', () => {
    const ready = withMaps([['A', 'READY', [holder('link', 1), ...sockets(2)]]]);
    const both = withMaps([
      ['A', 'READY', [holder('link', 1), ...sockets(1)]],
      ['B', 'INUSE', [holder('registration')]],
    ]);
    for (const size of LOW_SIZES) {
      for (const [what, input] of Object.entries({ ready, both, line: inputAt(585) })) {
        const scene = lifecycleScene(input, size, DESK);
        expect([...touchingTexts(scene), ...clippedTexts(scene)], `${what} in ${size.width}`).toEqual([]);
        for (const { id, y, height } of hitsOf(scene))
          expect(y >= 0 && y + height <= size.height, `${what} ${id} in ${size.width}x${size.height}`).toBe(true);
        expect(textTwin(scene).map(({ text }) => text)).toContain(what === 'line' ? 'READY: no map' : 'READY: map A');
      }
    }
  });

  it('has room for four maps in a station', () => {
    const scene = lifecycleScene(
      withMaps(['A', 'B', 'C', 'D'].map((letter) => [letter, 'INUSE', [holder('registration'), ...sockets(2)]])),
      { width: 1004, height: 520 },
      DESK,
    );
    expect(touchingTexts(scene)).toEqual([]);
    expect(hitsOf(scene).filter(({ id }) => id.endsWith('.face'))).toHaveLength(4);
  });

  it('merges the segments of a crowd', () => {
    const scene = lifecycleScene(withMaps([['A', 'INUSE', sockets(1000)]]), DEBUG, DESK);
    expect(countNodes(scene)).toBeLessThan(150);
    expect(textTwin(scene).map(({ text }) => text)).toContain('INUSE: map A');
  });

  it('says who holds a map, since when and by which call', () => {
    const labels = hitsOf(lifecycleScene(inputAt(585), DEBUG, DESK)).map(({ label }) => label);
    expect(labels).toContain('Socket 5, ESTABLISHED, holds map B since 545.0 ms, #10 connect(sk 5)');
    expect(labels).toContain('Map A, bpf_reno, TOBEFREE, 3 references: sockets 1, 2 and 3');
  });

  it('puts each button where its picture is', () => {
    const scene = lifecycleScene(inputAt(585), DEBUG, DESK);
    const capsule = allMarks(scene).find(({ mark }) => mark.id === 'map.B')?.mark;
    const face = hitsOf(scene).find(({ id }) => id === 'map.B.face');
    expect(capsule).toMatchObject({
      x: (face?.x ?? 0) + (face?.width ?? 0) / 2,
      y: (face?.y ?? 0) + (face?.height ?? 0) / 2,
    });
    for (const { x, y, width, height } of hitsOf(scene))
      expect(x >= 0 && y >= 0 && x + width <= DEBUG.width && y + height <= DEBUG.height).toBe(true);
  });

  it('lights the edge that the last transition took', () => {
    const edge = allMarks(lifecycleScene(inputAt(585), DEBUG, DESK)).find(({ mark }) => mark.id === 'edge.delete.line');
    expect(edge?.mark).toMatchObject({ stroke: 'tobefree' });
  });

  it('lets a token leave after its reference was dropped', () => {
    const ids = (at: number) => allMarks(lifecycleScene(inputAt(at), DEBUG, DESK)).map(({ mark }) => mark.id);
    expect(ids(640)).toContain('map.A.holder.socket3');
    expect(ids(740)).not.toContain('map.A.holder.socket3');
  });

  it('reads every number from the snapshot', () => {
    const input = inputAt(585);
    const maps = input.cold.maps.map((map) => ({ ...map, refcnt: 77 }));
    const marks = allMarks(lifecycleScene({ ...input, cold: { ...input.cold, maps } }, DEBUG, DESK));
    expect(marks.find(({ mark }) => mark.id === 'map.B.count')?.mark).toMatchObject({ text: '77' });
  });
});
