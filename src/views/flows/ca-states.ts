/* Names and paints of enum tcp_ca_state. */
import type { PaintName } from '../paint.ts';

export const CA_STATES = ['Open', 'Disorder', 'CWR', 'Recovery', 'Loss'] as const;

export const caStateName = (state: number): string => CA_STATES[state] ?? `state ${state}`;

/** Background of a state's band in the series; none in Open. */
export const CA_BAND: readonly PaintName[] = ['none', 'surface-2', 'surface-3', 'changed-tint', 'error-tint'];
