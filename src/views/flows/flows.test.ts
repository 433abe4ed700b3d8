import { describe, expect, it } from 'vitest';
import type { ColdSnapshot, HotSnapshot } from '../../engine/index.ts';
import { PAINTS } from '../paint.ts';
import { countNodes, type DisplayList, hitsOf, type Scene, type Size, textTwin } from '../scene.ts';
import { svgText } from '../svg.ts';
import { replaceWhileConnected } from '../testing/snapshots.ts';
import { clippedTexts, fadedTexts, touchingTexts } from '../testing/text-boxes.ts';
import { timeScale } from '../time-axis.ts';
import { zoomedRoom, zoomOf } from '../zoom.ts';
import type { SeriesInput } from './input.ts';
import { seriesLeast } from './panels.ts';
import { createReadings } from './reading.ts';
import { seriesCurves, seriesScene } from './series.ts';
import { flowRows, rowsInSight } from './table.ts';
import { steppedPoints } from './window.ts';
import { wireHeight, wireLeast, wireScene } from './wire.ts';

const SIZE = { width: 634, height: 214 };
const wireAt = (at: number) => ({ ...replaceWhileConnected(at), scroll: 0 });
/** Where the window's panel shows a value. */
const panelY = ({ cold, history, domain, focus }: SeriesInput, value: number): number =>
  seriesCurves(createReadings(), cold, history, domain, focus, SIZE).panels[0].y(value);
const seriesAt = (at: number, focus: number | null = null) => {
  const { cold, hot, history } = replaceWhileConnected(at);
  return { cold, history, time: hot.time, domain: [0, 900e6] as const, focus };
};

function crowd(count: number): { cold: ColdSnapshot; hot: HotSnapshot } {
  const { cold, hot } = replaceWhileConnected(585);
  const sockets = Array.from({ length: count }, (_, i) => ({ ...cold.sockets[i % 6], id: i + 1 }));
  const packets = sockets.flatMap(({ id }) =>
    [0, 2, 3].map((stage) => ({ socket: id, stage, at: 0.5, retransmission: 0 })),
  );
  return { cold: { ...cold, sockets }, hot: { ...hot, packets } };
}

describe('wire', () => {
  it('draws lanes, packets and the queue', async () => {
    await expect(svgText(wireScene(wireAt(585), SIZE))).toMatchFileSnapshot('golden/wire.svg');
  });

  it('hatches the lane of a map in TOBEFREE', () => {
    const paints = wireScene(wireAt(585), SIZE).layers.flatMap((layer) => [...layer.paints].map((id) => PAINTS[id]));
    expect(paints).toContain('packet-hatch');
    expect(paints).toContain('inuse');
  });

  it('draws only the lanes that can be seen', () => {
    const { cold, hot } = crowd(1000);
    const { history } = replaceWhileConnected(585);
    const scene = wireScene({ cold, hot, history, scroll: 6000 }, SIZE);
    expect(hitsOf(scene).length).toBeLessThanOrEqual(8);
    expect(countNodes(scene)).toBeLessThan(100);
    expect(hitsOf(scene)[0].label).toMatch(/^Connection 201,/);
    expect(wireHeight(cold)).toBeGreaterThan(30_000);
  });

  it('shows all lanes of a low pane by lower lanes, and scrolls only where these would be too low', () => {
    const { hot } = wireAt(585);
    const { history } = replaceWhileConnected(585);
    const { cold } = crowd(6);
    const scene = wireScene({ cold, hot, history, scroll: 0 }, { width: 540, height: 163 });
    expect(wireHeight(cold, 163)).toBeLessThanOrEqual(163);
    const lanes = hitsOf(scene);
    expect(lanes).toHaveLength(6);
    for (const [i, { y, height }] of lanes.entries()) {
      expect(y + height).toBeLessThanOrEqual(163);
      expect(y).toBeGreaterThanOrEqual((lanes[i - 1]?.y ?? 0) + (lanes[i - 1]?.height ?? 0));
    }
    expect([...touchingTexts(scene), ...clippedTexts(scene)]).toEqual([]);
    expect(wireHeight(cold, 120)).toBe(wireHeight(cold));
  });

  it('texts do not overlap at any size', () => {
    for (const width of [300, 372, 634, 1004]) {
      const scene = wireScene(wireAt(585), { width, height: 214 });
      expect([...touchingTexts(scene), ...clippedTexts(scene), ...fadedTexts(scene)], String(width)).toEqual([]);
    }
  });
});

describe('series', () => {
  it('draws window, round-trip time and queue', async () => {
    await expect(svgText(seriesScene(seriesAt(585, 2), SIZE))).toMatchFileSnapshot('golden/series.svg');
  });

  it('texts do not overlap at any size and time', () => {
    for (const width of [372, 634, 1004]) {
      for (const at of [0, 200, 585, 690, 900]) {
        const scene = seriesScene(seriesAt(at, 2), { width, height: 214 });
        expect([...touchingTexts(scene), ...fadedTexts(scene)], `${width} at ${at}`).toEqual([]);
      }
    }
  });

  it('draws a halving that falls within one pixel', () => {
    const points = steppedPoints(
      [0, 100, 101, 102],
      [10, 40, 5, 20],
      [0, 1000],
      timeScale([0, 1000], 0, 10),
      (v) => -v,
    );
    expect(points).toContain(-40);
    expect(points).toContain(-5);
  });
});

describe('with large text', () => {
  const enlarged = (size: Size, least: Size, draw: (room: Size) => Scene) =>
    [1.2, 1.6].map((scale) => {
      const zoom = zoomOf(scale, size, least);
      return { scale, zoom, scene: draw(zoomedRoom(size, zoom)) };
    });

  it('texts of the wire do not overlap, and all lanes and columns stay', () => {
    for (const size of [SIZE, { width: 372, height: 214 }, { width: 950, height: 176 }, { width: 1004, height: 400 }]) {
      const input = wireAt(585);
      const plain = wireScene(input, size);
      for (const { scale, scene } of enlarged(size, wireLeast(input.cold, size), (room) => wireScene(input, room))) {
        const name = `${size.width} at ${scale}`;
        expect([...touchingTexts(scene), ...clippedTexts(scene)], name).toEqual([]);
        expect(
          hitsOf(scene).map(({ id }) => id),
          name,
        ).toEqual(hitsOf(plain).map(({ id }) => id));
        expect(
          scene.layers.map(({ shape }) => shape),
          name,
        ).toEqual(plain.layers.map(({ shape }) => shape));
      }
    }
  });

  it('texts of the series do not overlap, and all panels stay', () => {
    for (const size of [SIZE, { width: 372, height: 214 }, { width: 1004, height: 420 }]) {
      const input = seriesAt(585, 2);
      const names = (scene: Scene) => scene.marks.map(({ id }) => id).filter((id) => id.endsWith('.name'));
      for (const { scale, scene } of enlarged(size, seriesLeast(size), (room) => seriesScene(input, room))) {
        expect([...touchingTexts(scene), ...fadedTexts(scene)], `${size.width} at ${scale}`).toEqual([]);
        expect(names(scene)).toEqual(names(seriesScene(input, size)));
      }
    }
  });

  it('is as large as there is room', () => {
    const least = (size: Size) => zoomOf(1.6, size, seriesLeast(size));
    expect(least({ width: 1004, height: 420 })).toBe(1.6);
    expect(least(SIZE)).toBeCloseTo(214 / 170);
    expect(least({ width: 372, height: 90 })).toBe(1);
    expect(zoomOf(0.9, SIZE, seriesLeast(SIZE))).toBe(1);
  });
});

describe('two maps in one state', () => {
  /** Both maps in a state; the connections of B come after those of A. */
  const both = (state: 'INUSE' | 'TOBEFREE') => {
    const run = replaceWhileConnected(585);
    const maps = run.cold.maps.map((map) => ({ ...map, state }));
    return {
      ...run,
      cold: { ...run.cold, maps },
      scroll: 0,
      time: run.hot.time,
      domain: [0, 900e6] as const,
      focus: null,
    };
  };
  const weights = (layers: readonly DisplayList[], paint: string) =>
    layers
      .filter(({ shape, paints }) => shape === 'line' && paints.length > 0 && PAINTS[paints[0]] === paint)
      .map(({ weight, paints }) => [weight, paints.length]);

  it('have different curves: those of the second map are double, and a note names it', () => {
    const scene = seriesScene(both('INUSE'), SIZE);
    const [a, b] = ['A', 'B'].map((letter) => both('INUSE').history.series.filter(({ map }) => map === letter).length);
    // window and round-trip time
    expect(weights(scene.layers, 'inuse')).toEqual([
      [1.8, a],
      [3.6, b],
      [1.8, a],
      [3.6, b],
    ]);
    expect(weights(scene.layers, 'surface-1')).toEqual([
      [1.3, b],
      [1.3, b],
    ]);
    expect(textTwin(scene).map(({ text }) => text)).toContain('double line: map B');
    expect(touchingTexts(scene)).toEqual([]);
  });

  it('look as their states do while these differ', () => {
    const scene = seriesScene(seriesAt(585), SIZE);
    expect(weights(scene.layers, 'surface-1')).toEqual([]);
    expect(JSON.stringify(scene.marks)).not.toContain('double line');
  });

  it('have different packets, blocks of the queue and sparklines', () => {
    for (const state of ['INUSE', 'TOBEFREE'] as const) {
      const { cold, hot } = both(state);
      const layers = wireScene(both(state), SIZE).layers;
      const of = new Map(cold.sockets.map(({ id, map }) => [id, map]));
      const onWire = hot.packets.filter(({ stage }) => stage === 0 || stage === 2);
      const parts = onWire.reduce((sum, { socket }) => sum + (of.get(socket) === 'B' ? 2 : 1), 0);
      const data = layers.find(({ shape, weight, numbers }) => shape === 'bar' && weight === 1.5 && numbers[3] === 6);
      expect(data?.paints.length, state).toBe(parts);
      expect(weights(layers, 'surface-1').length, state).toBe(1);
    }
  });

  it('have a band each in a crowd', () => {
    const run = both('INUSE');
    const series = Array.from({ length: 80 }, (_, i) => ({
      ...run.history.series[i % 5],
      socket: i + 1,
      map: i % 2 ? 'A' : 'B',
    }));
    const scene = seriesScene({ ...run, history: { ...run.history, series } }, SIZE);
    const bands = scene.layers.filter(({ shape, opacity }) => shape === 'bar' && opacity !== undefined);
    expect(bands).toHaveLength(4);
    expect(weights(scene.layers, 'surface-1').length).toBe(2);
  });
});

describe('an open connection without packets', () => {
  const input = seriesAt(585);
  const of = (socket: number) => input.history.series.filter((one) => one.socket === socket);
  /** The run with a connection that sends nothing after 300 ms. */
  const quiet = (socket: number) => {
    const series = input.history.series.map((one) => {
      const length = one.socket === socket ? Array.from(one.time).filter((at) => at <= 300e6).length : one.time.length;
      const cut = (column: ArrayLike<number>) => Array.from(column).slice(0, length);
      const { time, cwnd, ssthresh, srttUs, caState } = one;
      const columns = [time, cwnd, ssthresh, srttUs, caState].map(cut);
      return {
        ...one,
        time: columns[0],
        cwnd: columns[1],
        ssthresh: columns[2],
        srttUs: columns[3],
        caState: columns[4],
      };
    });
    return { ...input, history: { ...input.history, series } };
  };
  const idOf = (run: SeriesInput) => seriesScene(run, SIZE).marks.map(({ id }) => id);

  it('keeps its line and its name up to the cursor', () => {
    expect(of(2)).toHaveLength(1);
    expect(idOf(quiet(2))).toEqual(expect.arrayContaining(['series.2', 'series.2.cwnd.idle', 'series.2.rtt.idle']));
  });

  it('has neither after it is closed', () => {
    const run = quiet(2);
    const sockets = run.cold.sockets.filter(({ id }) => id !== 2);
    const ids = idOf({ ...run, cold: { ...run.cold, sockets } });
    expect(ids.filter((id) => id.startsWith('series.2'))).toEqual([]);
  });
});

describe('many connections', () => {
  const many = (count: number) => {
    const input = seriesAt(585);
    const at = [0, 100e6, 200e6, 400e6];
    const column = (value: (i: number) => number) => Float64Array.from(at, (_, i) => value(i));
    const series = Array.from({ length: count }, (_, k) => ({
      socket: k + 1,
      map: null,
      time: Float64Array.from(at),
      cwnd: column((i) => 10 + (i === 2 ? k : 0)),
      srttUs: column(() => 20_000),
      ssthresh: column(() => 10),
      caState: column(() => 0),
    }));
    return { ...input, history: { ...input.history, series, ghosts: [], queue: { time: [], length: [] } } };
  };

  it('draws up to 64 curves one by one, more as a band with their mean', () => {
    const layersOf = (count: number) => seriesScene(many(count), SIZE).layers;
    const curves = (count: number) =>
      layersOf(count).flatMap(({ shape, weight, paints }) =>
        shape === 'line' && weight === 1.8 ? [paints.length] : [],
      );
    expect(curves(64)).toEqual([64, 64]);
    expect(curves(101)).toEqual([1, 1]);
    expect(JSON.stringify(seriesScene(many(101), SIZE).marks)).toContain('101 connections: from least to greatest');
  });

  it('the band reaches from the least to the greatest value, and the mean lies between', () => {
    const { layers } = seriesScene(many(101), SIZE);
    const band = layers.find(({ shape, opacity }) => shape === 'bar' && opacity !== undefined);
    const mean = layers.find(({ shape, weight }) => shape === 'line' && weight === 1.8);
    const y = (value: number) => panelY(many(101), value);
    // between 200 and 400 ms windows are 10 to 110
    const x = 48 + ((SIZE.width - 48 - 68) * 300) / 900;
    const bars = Array.from({ length: band?.paints.length ?? 0 }, (_, i) =>
      [...(band?.numbers ?? [])].slice(i * 4, i * 4 + 4),
    );
    const [, top = 0, , height = 0] = bars.find(([left = 0, , width = 0]) => left <= x && x < left + width) ?? [];
    expect(top).toBeCloseTo(y(110), 6);
    expect(top + height).toBeCloseTo(y(10), 6);
    const points = [...(mean?.numbers ?? [])];
    const after = points.findIndex((value, i) => i % 2 === 0 && value >= x);
    expect(points[after + 1]).toBeCloseTo(y(60), 1);
  });

  it('draws the chosen connection by itself too', () => {
    const focused = seriesScene({ ...many(101), focus: 7 }, SIZE).layers;
    expect(focused.filter(({ shape, weight }) => shape === 'line' && weight === 2.4)).toHaveLength(2);
  });
});

describe('table', () => {
  it('has a table row per connection', () => {
    const { cold, hot } = replaceWhileConnected(585);
    const [row] = flowRows(cold, hot);
    expect(row).toMatchObject({
      socket: 1,
      map: 'A',
      ccName: 'bpf_reno',
      cwnd: String(hot.flows[0].cwnd),
      caState: 'Open',
    });
  });
});

describe('rows in sight', () => {
  it.each([
    ['few rows are all drawn', 12, { top: 500, height: 200, row: 20 }, 0, 12],
    ['before a row is measured, the first ones', 999, { top: 0, height: 0, row: 0 }, 0, 40],
    ['in the middle, with some around', 999, { top: 10_000, height: 200, row: 20 }, 490, 520],
    ['at the end', 999, { top: 19_780, height: 200, row: 20 }, 969, 999],
    ['a table that has become shorter shows its end', 50, { top: 19_780, height: 200, row: 20 }, 20, 50],
  ])('%s', (_, count, sight, first, last) => {
    expect(rowsInSight(count, sight)).toEqual({ first, last });
  });
});

describe('a long run', () => {
  /** A connection that loses a packet every 100 ms for ten minutes. */
  const long = (losses: number) => {
    const input = seriesAt(585, 2);
    const [first] = input.history.series.filter(({ socket }) => socket === 2);
    const at = Array.from({ length: losses * 2 }, (_, i) => i * 50e6);
    const each = (value: (i: number) => number) => Float64Array.from(at, (_, i) => value(i));
    const series = {
      ...first,
      time: Float64Array.from(at),
      cwnd: each((i) => 10 + (i % 20)),
      srttUs: each(() => 20_000),
      ssthresh: each(() => 10),
      caState: each((i) => (i % 2 === 0 ? 0 : 3)),
    };
    const end = at.length * 50e6;
    return { ...input, time: end / 2, domain: [0, end] as const, history: { ...input.history, series: [series] } };
  };
  const lossesOf = (input: Parameters<typeof seriesScene>[0]) =>
    seriesScene(input, SIZE)
      .layers.filter(({ shape }) => shape === 'wedge' || shape === 'cross')
      .flatMap(({ numbers }) => [...numbers].filter((_, i) => i % 3 === 0));

  it('marks every loss up to the end, and says if a mark stands for several', () => {
    const input = long(6000);
    const pixels = new Set(lossesOf(input).map(Math.round));
    for (let x = 50; x < SIZE.width - 70; x++) expect(pixels.has(x), `pixel ${x}`).toBe(true);
    const words = seriesScene(input, SIZE).marks.find(({ id }) => id === 'thinned');
    expect(JSON.stringify(words)).toContain('6,000 losses, one mark per pixel');
  });

  it('draws every mark if there are few', () => {
    expect(lossesOf(long(100))).toHaveLength(100);
    expect(seriesScene(long(100), SIZE).marks.some(({ id }) => id === 'thinned')).toBe(false);
  });
});
