import { describe, expect, it } from 'vitest';
import { compareLayouts, type Layout, structLayout, TCP_SOCK_PATHS } from '../../engine/index.ts';
import { subsetOf } from '../testing/kernel-types.ts';
import { hitsOf } from '../scene.ts';
import { svgText } from '../svg.ts';
import { type Flipped, mapResolver, NO_VALUES, partsOf, rowKey } from '../struct/fields.ts';
import { coldAt } from '../testing/snapshots.ts';
import { clippedTexts, touchingTexts } from '../testing/text-boxes.ts';
import { VALUE_ROWS, VALUE_STRUCT, valueBytes } from '../testing/value-struct.ts';
import { bitNeighbours, bitsHeight, bitsScene } from './bits.ts';
import { compareHeight, compareScene, compareWords, countChanges } from './compare.ts';
import { isDataPointer, type TypeLine, typeLines } from './lines.ts';
import { cLinesScene, type LinesInput, linesHeight, lineTop, treeScene } from './type-lines.ts';

const [, map] = coldAt(585).maps;
const NONE: Flipped = new Set();
const textOf = (line: TypeLine): string => `${'  '.repeat(line.depth)}${line.text.join('')}`;

const valueLines = (flipped = NONE): TypeLine[] =>
  typeLines({ word: 'struct', name: VALUE_STRUCT, rows: VALUE_ROWS, size: 256, flipped });

function input(more: Partial<LinesInput> = {}): LinesInput {
  return {
    name: VALUE_STRUCT,
    rows: VALUE_ROWS,
    bytes: valueBytes(map, 'kvalue'),
    before: null,
    lit: 'data.ssthresh',
    resolve: mapResolver(map, 'kvalue'),
    state: map.state,
    scroll: 0,
    lines: valueLines(),
    live: true,
    ...more,
  };
}

const btf = subsetOf('v6.12');
const layoutOf = (kernel: string, name: string): Layout => {
  const types = subsetOf(kernel);
  const layout = structLayout(types, types.find('STRUCT', name));
  if (!layout) throw new Error(name);
  return layout;
};
const sock = layoutOf('v6.12', 'tcp_sock');
const sockLines = typeLines({ word: 'struct', name: 'tcp_sock', rows: sock.rows, size: 2368, flipped: NONE });

describe('lines of C', () => {
  it('are the declaration, with holes and starts of cache lines in words', () => {
    const lines = valueLines();
    expect(lines.map(textOf).join('\n')).toBe(
      [
        'struct bpf_struct_ops_tcp_congestion_ops {',
        '  struct bpf_struct_ops_common_value {',
        '    refcount_t refcnt;',
        '    enum bpf_struct_ops_state state;',
        '  } common;',
        '  hole, 56 bytes',
        '  struct tcp_congestion_ops {',
        '    u32 (*ssthresh)(struct sock *);',
        '    void (*cong_avoid)(struct sock *, u32, u32);',
        '    void (*set_state)(struct sock *, u8);',
        '    void (*cwnd_event)(struct sock *, enum tcp_ca_event);',
        '    void (*in_ack_event)(struct sock *, u32);',
        '    void (*pkts_acked)(struct sock *, const struct ack_sample *);',
        '    u32 (*min_tso_segs)(struct sock *);',
        '    void (*cong_control)(struct sock *, u32, int, const struct rate_sample *);',
        '    u32 (*undo_cwnd)(struct sock *);',
        '    u32 (*sndbuf_expand)(struct sock *);',
        '    size_t (*get_info)(struct sock *, u32, int *, union tcp_cc_info *);',
        '    char name[16];',
        '    struct module *owner;',
        '    struct list_head list;',
        '    u32 key;',
        '    u32 flags;',
        '    void (*init)(struct sock *);',
        '    void (*release)(struct sock *);',
        '    padding, 40 bytes',
        '  } data;',
        '};  size 256',
      ].join('\n'),
    );
    expect(lines.filter(({ cacheLine }) => cacheLine !== null).map((l) => [l.offset, l.cacheLine])).toEqual([
      [64, 1],
      [128, 2],
      [192, 3],
    ]);
  });

  it('open and close structs', () => {
    const list = VALUE_ROWS.find(({ path }) => path === 'data.list');
    const data = VALUE_ROWS.find(({ path }) => path === 'data');
    if (!list || !data) throw new Error('no such rows');
    expect(valueLines(new Set([rowKey(list)])).map(({ part }) => part?.path)).toContain('data.list.next');
    const closed = valueLines(new Set([rowKey(data)])).map(textOf);
    expect(closed).toContain('  struct tcp_congestion_ops data;');
    expect(closed).toHaveLength(8);
  });

  it('have one with its own key for each row of a fully opened tcp_sock', () => {
    expect(new Set(sockLines.map(({ key }) => key)).size).toBe(sockLines.length);
    const opened = sockLines.filter(({ opens }) => opens === 'open').length;
    expect(sockLines.filter(({ kind }) => kind === 'close')).toHaveLength(opened);
    const texts = sockLines.map(({ text }) => text.join(''));
    expect(texts).toContain('u8 is_cwnd_limited:1;');
    expect(texts.filter((text) => text.includes('{...}'))).toEqual([]);
  });

  it('are drawn', async () => {
    const size = { width: 404, height: 600 };
    await expect(svgText(cLinesScene(input(), size))).toMatchFileSnapshot('golden/c-lines.svg');
    const before = valueBytes(map, 'kvalue');
    before[192] ^= 1;
    await expect(svgText(treeScene(input({ before }), size))).toMatchFileSnapshot('golden/tree.svg');
  });

  it('do not overlap, and have the position to which a field is scrolled', () => {
    const size = { width: 404, height: linesHeight({ lines: valueLines() }) };
    for (const draw of [cLinesScene, treeScene])
      expect([...touchingTexts(draw(input(), size)), ...clippedTexts(draw(input(), size))]).toEqual([]);
    expect(lineTop(input(), 'common.state')).toBe(8 + 3 * 20);
    expect(lineTop(input(), 'nothing')).toBeNull();
  });

  it('draw only the visible ones of 800 lines', () => {
    const scene = cLinesScene(
      input({ lines: sockLines, rows: sock.rows, bytes: new Uint8Array(2368), scroll: 5000, resolve: NO_VALUES }),
      { width: 404, height: 600 },
    );
    expect(sockLines.length).toBeGreaterThan(600);
    expect(scene.marks.length).toBeLessThan(35);
  });

  it('have a button at pointers that hold an address', () => {
    const actions = hitsOf(treeScene(input(), { width: 404, height: 700 })).map(({ action }) => action);
    const bytes = valueBytes(map, 'kvalue');
    bytes[168] = 1;
    const more = hitsOf(treeScene(input({ bytes }), { width: 404, height: 700 }));
    expect(actions.filter((action) => action?.command === 'inspect.follow')).toEqual([]);
    expect(more.flatMap(({ action }) => (action?.command === 'inspect.follow' ? [action.args.path] : []))).toEqual([
      'data.owner',
    ]);
    const pointers = partsOf(VALUE_ROWS).filter(isDataPointer);
    expect(pointers.map(({ path }) => path)).toEqual(['data.owner']);
  });
});

describe('bits', () => {
  const parts = partsOf(sock.rows);

  it('are the blocks of one run, with gaps', () => {
    const found = bitNeighbours(parts, 'is_cwnd_limited');
    expect(
      found.map(({ kind, name, bitSize }) => (kind === 'field' ? `${name}:${bitSize}` : `${kind}:${bitSize}`)),
    ).toEqual(['chrono_type:2', 'repair:1', 'tcp_usec_ts:1', 'is_sack_reneg:1', 'is_cwnd_limited:1', 'hole:2']);
    expect(bitNeighbours(parts, 'snd_cwnd')).toEqual([]);
    expect(bitNeighbours(parts, null)).toEqual([]);
  });

  it('are drawn lowest first', async () => {
    const bytes = new Uint8Array(2368);
    bytes[1519] = 0b0010_0001;
    const found = bitNeighbours(parts, 'is_cwnd_limited');
    const scene = bitsScene(
      found,
      {
        ...input(),
        name: 'tcp_sock',
        rows: sock.rows,
        bytes,
        lit: 'is_cwnd_limited',
        resolve: () => null,
        state: null,
      },
      { width: 404, height: bitsHeight(found) },
    );
    await expect(svgText(scene)).toMatchFileSnapshot('golden/bits.svg');
    expect(hitsOf(scene).map(({ label }) => label)).toContain('is_cwnd_limited = 1, 1 bits from bit 5');
  });
});

describe('two kernels', () => {
  const before = layoutOf('v6.1', 'tcp_sock');
  const rows = compareLayouts(before, sock);
  const kernels = { before: 'v6.1', after: 'v6.12' };

  it('say how many fields moved, which is counted again here', () => {
    const at = (layout: Layout, path: string) => {
      const row = layout.rows.findLast((one) => one.kind === 'field' && one.name !== '' && one.path === path);
      return row && `${row.offset}.${row.bit}`;
    };
    const known = TCP_SOCK_PATHS.filter((path) => at(before, path) && at(sock, path));
    const moved = known.filter((path) => at(before, path) !== at(sock, path));
    const words = compareWords(rows, kernels, { paths: TCP_SOCK_PATHS, what: 'in use' });
    expect(known.length).toBeGreaterThan(100);
    expect(words.lead).toBe(`${moved.length} of ${known.length} fields in use moved between v6.1 and v6.12.`);
    const counts = countChanges(rows);
    expect(words.rest).toContain(`${counts.added} added, ${counts.removed} removed`);
  });

  it('say that nothing moved if nothing did', () => {
    const ops = compareLayouts(layoutOf('v6.1', 'tcp_congestion_ops'), layoutOf('v6.12', 'tcp_congestion_ops'));
    expect(compareWords(ops, kernels, null)).toEqual({
      lead: 'Nothing moved between v6.1 and v6.12: all 20 fields are where they were.',
      rest: '',
    });
  });

  it('are drawn side by side', async () => {
    const scene = { name: 'tcp_sock', ...kernels, rows: rows.slice(-60), lit: null, scroll: 0 };
    const size = { width: 404, height: compareHeight(scene) };
    await expect(svgText(compareScene(scene, size))).toMatchFileSnapshot('golden/compare.svg');
    expect(touchingTexts(compareScene(scene, size))).toEqual([]);
  });
});

it('the subset has the types that these tests use', () => {
  expect(btf.sizeOf(btf.find('STRUCT', 'tcp_sock'))).toBe(2368);
});
