/* All scenarios at once: for the command line and tests. */
import type { Scenario } from '../engine/index.ts';
import { ABOUT } from './about.ts';
import { anyStruct } from './any-struct.ts';
import { asModules } from './as-modules.ts';
import { builtByClang } from './built-by-clang.ts';
import { loaderKilled } from './loader-killed.ts';
import { nameTaken } from './name-taken.ts';
import { registerAndRun } from './register-and-run.ts';
import { replaceWhileConnected } from './replace-while-connected.ts';
import { swapByLink } from './swap-by-link.ts';

const ALL: readonly Scenario[] = [anyStruct, asModules, builtByClang, loaderKilled, nameTaken, registerAndRun, replaceWhileConnected, swapByLink];

/** In the order of the menu. */
export const ALL_SCENARIOS: readonly Scenario[] = ABOUT.flatMap(({ id }) => ALL.filter((one) => one.id === id));
