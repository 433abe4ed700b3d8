/* The queue disciplines that a bottleneck may have; the first is the one that it has when nothing else is asked for. */
import { pfifo } from './pfifo.ts';
import type { QdiscKind } from './qdisc.ts';

export const QDISCS: readonly [QdiscKind, ...QdiscKind[]] = [pfifo];
