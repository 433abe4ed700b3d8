import type { Break } from '../../engine/index.ts';
import { type Decoder, flag, nullable, object, oneOf, tagged, text, whole } from './schema.ts';

const map = text(8);
const count = whole(0, 1_000_000);

/** A place where playing stops, from outside. */
export const breakOf: Decoder<Break> = tagged<Break>('on', {
  edge: object<Extract<Break, { on: 'edge' }>>({
    on: oneOf('edge'),
    map: nullable(map),
    to: oneOf('INIT', 'INUSE', 'TOBEFREE', 'READY', 'FREED'),
  }),
  refs: object<Extract<Break, { on: 'refs' }>>({ on: oneOf('refs'), map: nullable(map), count }),
  call: object<Extract<Break, { on: 'call' }>>({ on: oneOf('call'), text: text(200), refused: flag }),
  'ca-state': object<Extract<Break, { on: 'ca-state' }>>({
    on: oneOf('ca-state'),
    socket: nullable(count),
    state: whole(0, 4),
  }),
});
