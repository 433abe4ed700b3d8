/* enum tcp_ca_state, as the page names and paints it. */
import type { PaintName } from '../paint.ts';

export const CA_STATES = ['Open', 'Disorder', 'CWR', 'Recovery', 'Loss'] as const;

export const caStateName = (state: number): string => CA_STATES[state] ?? `state ${state}`;

/** Ground of a band in the series; none while all is well. */
export const CA_BAND: readonly PaintName[] = ['none', 'surface-2', 'surface-3', 'changed-tint', 'error-tint'];
