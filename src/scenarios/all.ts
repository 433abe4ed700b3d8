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
import { memberMissing } from './member-missing.ts';
import { refusedByVerifier } from './refused-by-verifier.ts';
import { linkDetached } from './link-detached.ts';
import { namespaceDefault } from './namespace-default.ts';
import { acceptedSide } from './accepted-side.ts';
import { twoVersions } from './two-versions.ts';
import { beforeLinks } from './before-links.ts';
import { whoHoldsIt } from './who-holds-it.ts';
import { ownValueStruct } from './own-value-struct.ts';

const ALL: readonly Scenario[] = [
  anyStruct,
  asModules,
  builtByClang,
  loaderKilled,
  nameTaken,
  registerAndRun,
  replaceWhileConnected,
  swapByLink,
  memberMissing,
  refusedByVerifier,
  linkDetached,
  namespaceDefault,
  acceptedSide,
  twoVersions,
  beforeLinks,
  whoHoldsIt,
  ownValueStruct,
];

/** In the order of the menu. */
export const ALL_SCENARIOS: readonly Scenario[] = ABOUT.flatMap(({ id }) => ALL.filter((one) => one.id === id));
