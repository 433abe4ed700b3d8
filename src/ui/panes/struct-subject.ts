/* Subjects of the struct pane: the value of a map, or the tcp_sock of a connection's sender. */
import type { ColdSnapshot, MapSnapshot } from '../../engine/index.ts';
import type { MemoryWindow } from '../../protocol/moves.ts';
import type { ValueSide } from '../../views/struct/fields.ts';
import type { Frame } from '../../page/frame-source.ts';
import type { Selection } from '../../page/store/choices.ts';

export interface Subject {
  readonly id: string;
  /** like `map A` */
  readonly title: string;
  readonly type: string;
  readonly address: number;
  readonly map: MapSnapshot | null;
  readonly selection: Pick<Selection, 'map' | 'socket'>;
  readonly read: (frame: Frame, window: MemoryWindow, side: ValueSide) => Uint8Array | null;
}

const plainRead: Subject['read'] = (frame, window) => frame.bytes(window);

/** Copy that a lookup returns: bpf_struct_ops_map_sys_lookup_elem fills in count and state, or gives zeros. */
function readMap(map: MapSnapshot): Subject['read'] {
  return (frame, window, side) => {
    const bytes = frame.bytes(window);
    if (!bytes || side === 'kvalue') return bytes;
    if (map.state === 'INIT') return new Uint8Array(bytes.length);
    const copy = bytes.slice();
    const view = new DataView(copy.buffer);
    view.setUint32(0, map.refcnt, true);
    view.setUint32(4, STATE_NUMBER[map.state], true);
    return copy;
  };
}

/** enum bpf_struct_ops_state; FREED has no number, since a freed map cannot be looked up */
const STATE_NUMBER: Readonly<Record<MapSnapshot['state'], number>> = {
  INIT: 0,
  INUSE: 1,
  TOBEFREE: 2,
  READY: 3,
  FREED: 2,
};

export function subjects(cold: ColdSnapshot | null): Subject[] {
  if (!cold) return [];
  const maps = cold.maps
    .filter(({ state }) => state !== 'FREED')
    .toReversed()
    .map(
      (map): Subject => ({
        id: `map ${map.letter}`,
        title: `map ${map.letter}`,
        type: `bpf_struct_ops_${map.struct}`,
        address: map.kvalue,
        map,
        selection: { map: map.letter, socket: null },
        read: readMap(map),
      }),
    );
  const sockets = cold.sockets
    .filter(({ sk }) => sk !== 0)
    .map(
      ({ id, sk }): Subject => ({
        id: `socket ${id}`,
        title: `socket ${id}, its sender`,
        type: 'tcp_sock',
        address: sk,
        map: null,
        selection: { map: null, socket: id },
        read: plainRead,
      }),
    );
  return [...maps, ...sockets];
}

/** The selected subject, or else the newest map. */
export function subjectOf(cold: ColdSnapshot, { map, socket }: Selection): Subject | null {
  const all = subjects(cold);
  const wanted = socket !== null ? `socket ${socket}` : `map ${map}`;
  return all.find(({ id }) => id === wanted) ?? all[0] ?? null;
}
