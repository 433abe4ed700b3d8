import type { Break } from '../../engine/index.ts';
import { type Decoder, flag, nullable, object, oneOf, optional, tagged, text, whole } from './schema.ts';

const map = text(8);
const count = whole(0, 1_000_000);

/** Options that every break may have. */
export const breakOptions = { when: optional(text(400)), trace: optional(flag), print: optional(text(400)) };

/** Decodes a break from outside. */
export const breakOf: Decoder<Break> = tagged<Break>('on', {
  edge: object<Extract<Break, { on: 'edge' }>>({
    on: oneOf('edge'),
    map: nullable(map),
    to: oneOf('INIT', 'INUSE', 'TOBEFREE', 'READY', 'FREED'),
    ...breakOptions,
  }),
  refs: object<Extract<Break, { on: 'refs' }>>({ on: oneOf('refs'), map: nullable(map), count, ...breakOptions }),
  call: object<Extract<Break, { on: 'call' }>>({ on: oneOf('call'), text: text(200), refused: flag, ...breakOptions }),
  'ca-state': object<Extract<Break, { on: 'ca-state' }>>({
    on: oneOf('ca-state'),
    socket: nullable(count),
    state: whole(0, 4),
    ...breakOptions,
  }),
  condition: object<Extract<Break, { on: 'condition' }>>({ on: oneOf('condition'), text: text(400), ...breakOptions }),
});
