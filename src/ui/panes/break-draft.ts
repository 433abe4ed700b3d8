/* A break as the form holds it: the fields of every kind, so that changing the kind loses nothing typed. */
import type { Break, LifecycleState } from '../../engine/index.ts';

export interface BreakDraft {
  readonly kind: Break['on'];
  /** letter of the map; empty for any */
  readonly map: string;
  readonly to: LifecycleState;
  readonly count: string;
  readonly text: string;
  /** only calls that are refused */
  readonly refused: boolean;
  /** number of the CA state */
  readonly state: number;
  readonly condition: string;
}

export const FIRST_DRAFT: BreakDraft = {
  kind: 'edge',
  map: '',
  to: 'TOBEFREE',
  count: '0',
  text: 'BPF_MAP_UPDATE_ELEM',
  refused: false,
  state: 3,
  condition: 'tp->snd_cwnd < 10',
};

/** The break of a draft; null while its fields do not make one. */
export function breakOf({ kind, map, to, count, text, refused, state, condition }: BreakDraft): Break | null {
  const wanted = map === '' ? null : map;
  switch (kind) {
    case 'edge':
      return { on: 'edge', map: wanted, to };
    case 'refs':
      return /^\d{1,4}$/.test(count.trim()) ? { on: 'refs', map: wanted, count: Number(count) } : null;
    case 'call':
      return text.trim() === '' ? null : { on: 'call', text: text.trim(), refused };
    case 'ca-state':
      return { on: 'ca-state', socket: null, state };
    case 'condition':
      return condition.trim() === '' ? null : { on: 'condition', text: condition.trim() };
    default:
      return kind satisfies never;
  }
}
