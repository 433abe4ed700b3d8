/* enum tcp_ca_state, as the page names and paints it. */
import type { PaintName } from '../paint.ts';

const NAMES = ['Open', 'Disorder', 'CWR', 'Recovery', 'Loss'] as const;

export const caStateName = (state: number): string => NAMES[state] ?? `state ${state}`;

/** Ground of a band in the series; none while all is well. */
export const CA_BAND: readonly PaintName[] = ['none', 'surface-2', 'surface-3', 'changed-tint', 'error-tint'];
