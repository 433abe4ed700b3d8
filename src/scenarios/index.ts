import type { Scenario } from '../engine/index.ts';
import { nameTaken } from './name-taken.ts';
import { registerAndRun } from './register-and-run.ts';
import { replaceWhileConnected } from './replace-while-connected.ts';

/** In the order of the menu; the page opens on the first. */
export const SCENARIOS: readonly Scenario[] = [replaceWhileConnected, registerAndRun, nameTaken];
