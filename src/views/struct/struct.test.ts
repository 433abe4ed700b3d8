import { describe, expect, it } from 'vitest';
import { hitsOf, textTwin } from '../scene.ts';
import { svgText } from '../svg.ts';
import { coldAt } from '../testing/snapshots.ts';
import { clippedTexts, touchingTexts } from '../testing/text-boxes.ts';
import { VALUE_ROWS, VALUE_STRUCT, valueBytes } from '../testing/value-struct.ts';
import { zoomedRoom, zoomOf } from '../zoom.ts';
import { blocksLeast, structBlocksScene } from './blocks.ts';
import { fieldsLeast, structFieldsScene } from './field-list.ts';
import type { StructInput, ValueSide } from './fields.ts';
import { mapResolver, partsOf, sideNote, valueText } from './fields.ts';
import { hexHeight, hexLeast, structHexScene } from './hex.ts';

const [, map] = coldAt(585).maps;

function input(side: ValueSide, more: Partial<StructInput> = {}): StructInput {
  return {
    name: VALUE_STRUCT,
    rows: VALUE_ROWS,
    bytes: valueBytes(map, side),
    before: null,
    lit: 'data.ssthresh',
    resolve: mapResolver(map, side),
    state: map.state,
    scroll: 0,
    ...more,
  };
}

const valueOf = (one: StructInput, path: string): string => {
  const part = partsOf(one.rows).find((p) => p.path === path);
  return part ? valueText(part, one.bytes, one.resolve) : '';
};

describe('struct', () => {
  it('draws cache lines', async () => {
    await expect(svgText(structBlocksScene(input('kvalue'), { width: 618, height: 252 }))).toMatchFileSnapshot(
      'golden/blocks.svg',
    );
  });

  it('draws the fields', async () => {
    await expect(svgText(structFieldsScene(input('lookup'), { width: 364, height: 300 }))).toMatchFileSnapshot(
      'golden/fields.svg',
    );
  });

  it('draws the bytes', async () => {
    await expect(svgText(structHexScene(input('kvalue'), { width: 618, height: 360 }))).toMatchFileSnapshot(
      'golden/hex.svg',
    );
  });

  it('has 16 bytes in a row from 510 px, with letters that stay inside', () => {
    for (const width of [509, 531, 569, 582, 900]) {
      const scene = structHexScene(input('kvalue'), { width, height: 800 });
      expect([...touchingTexts(scene), ...clippedTexts(scene)], `${width}`).toEqual([]);
      expect(hexHeight(input('kvalue'), width) > 500, `${width}`).toBe(width < 510);
    }
  });

  it('names the contents of both sides', () => {
    expect(
      ['common.refcnt', 'common.state', 'data.ssthresh', 'data.set_state', 'data.name'].map((p) =>
        valueOf(input('kvalue'), p),
      ),
    ).toEqual(['0', 'INUSE (1)', 'tramp +0x000', 'NULL', '"bpf_aimd"']);
    expect(['common.refcnt', 'data.ssthresh'].map((path) => valueOf(input('lookup'), path))).toEqual(['4', 'prog 42']);
    expect(sideNote(map, 'kvalue').lead).toContain('0');
  });

  it('closes small structs and opens the others', () => {
    const paths = partsOf(VALUE_ROWS).flatMap(({ kind, path }) => (kind === 'field' ? [path] : []));
    expect(paths).toContain('data.list');
    expect(paths).not.toContain('data.list.next');
    expect(paths).not.toContain('data');
    expect(paths.filter((path) => path.startsWith('common'))).toEqual(['common.refcnt', 'common.state']);
  });

  it('marks bytes that the last step changed', () => {
    const before = valueBytes(map, 'lookup');
    before[0] = 3;
    const scene = structFieldsScene(input('lookup', { before }), { width: 364, height: 300 });
    expect(hitsOf(scene).filter(({ label }) => label.endsWith('changed'))).toHaveLength(1);
  });

  it('has the same targets in all three views', () => {
    const big = { width: 618, height: 700 };
    const targets = [structBlocksScene, structFieldsScene, structHexScene].map((view) =>
      hitsOf(view(input('kvalue'), big)).flatMap(({ action }) => (action ? [String(action.args.path)] : [])),
    );
    expect(targets[1]).toEqual(targets[0]);
    expect(targets[2]).toEqual(targets[0]);
  });

  it('texts do not overlap in any view with large text', () => {
    const views = [
      [blocksLeast, structBlocksScene],
      [fieldsLeast, structFieldsScene],
      [hexLeast, structHexScene],
    ] as const;
    for (const size of [
      { width: 346, height: 148 },
      { width: 618, height: 252 },
      { width: 900, height: 500 },
    ]) {
      for (const scale of [1.2, 1.6]) {
        const zooms = views.map(([least, draw]) => {
          const zoom = zoomOf(scale, size, least(size));
          const scene = draw(input('kvalue'), zoomedRoom(size, zoom));
          // rows of a list that scrolls are cut at its lower edge
          const cut = clippedTexts({ ...scene, height: size.height * 2 });
          expect([...touchingTexts(scene), ...cut], `${scene.label}, ${size.width} at ${scale}`).toEqual([]);
          return zoom;
        });
        if (size.width === 900) expect(zooms, `at ${scale}`).toEqual([Math.min(scale, 4 / 3), scale, scale]);
      }
    }
  });

  it('texts do not overlap at both sizes, and holes are named', () => {
    for (const size of [
      { width: 364, height: 148 },
      { width: 618, height: 252 },
    ]) {
      const scene = structBlocksScene(input('kvalue'), size);
      expect([...touchingTexts(scene), ...clippedTexts(scene)]).toEqual([]);
      expect(textTwin(scene).map(({ text }) => text)).toContain('hole, 56 bytes at 8');
    }
  });
});
