import type { Scenario } from '../engine/index.ts';
import { anyStruct } from './any-struct.ts';
import { asModules } from './as-modules.ts';
import { builtByClang } from './built-by-clang.ts';
import { loaderKilled } from './loader-killed.ts';
import { nameTaken } from './name-taken.ts';
import { registerAndRun } from './register-and-run.ts';
import { replaceWhileConnected } from './replace-while-connected.ts';
import { swapByLink } from './swap-by-link.ts';

/** In the order of the menu; the page opens on the first. */
export const SCENARIOS: readonly Scenario[] = [
  replaceWhileConnected,
  registerAndRun,
  nameTaken,
  swapByLink,
  loaderKilled,
  asModules,
  builtByClang,
  anyStruct,
];
