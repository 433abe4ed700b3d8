/* The queue disciplines that a bottleneck may have; the first is the default. */
import { pfifo } from './pfifo.ts';
import type { QdiscKind } from './qdisc.ts';

export const QDISCS: readonly [QdiscKind, ...QdiscKind[]] = [pfifo];
