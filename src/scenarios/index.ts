/* The scenarios that come with the page. Each is fetched when it is opened, so that the menu loads no program texts. */
import type { Scenario } from '../engine/index.ts';
import { ABOUT, type About } from './about.ts';

const LOAD: Readonly<Record<string, () => Promise<Scenario>>> = {
  'any-struct': () => import('./any-struct.ts').then((file) => file.anyStruct),
  'as-modules': () => import('./as-modules.ts').then((file) => file.asModules),
  'built-by-clang': () => import('./built-by-clang.ts').then((file) => file.builtByClang),
  'loader-killed': () => import('./loader-killed.ts').then((file) => file.loaderKilled),
  'name-taken': () => import('./name-taken.ts').then((file) => file.nameTaken),
  'register-and-run': () => import('./register-and-run.ts').then((file) => file.registerAndRun),
  'replace-while-connected': () => import('./replace-while-connected.ts').then((file) => file.replaceWhileConnected),
  'swap-by-link': () => import('./swap-by-link.ts').then((file) => file.swapByLink),
  'member-missing': () => import('./member-missing.ts').then((file) => file.memberMissing),
  'refused-by-verifier': () => import('./refused-by-verifier.ts').then((file) => file.refusedByVerifier),
  'link-detached': () => import('./link-detached.ts').then((file) => file.linkDetached),
  'namespace-default': () => import('./namespace-default.ts').then((file) => file.namespaceDefault),
  'accepted-side': () => import('./accepted-side.ts').then((file) => file.acceptedSide),
  'two-versions': () => import('./two-versions.ts').then((file) => file.twoVersions),
  'before-links': () => import('./before-links.ts').then((file) => file.beforeLinks),
  'who-holds-it': () => import('./who-holds-it.ts').then((file) => file.whoHoldsIt),
  'own-value-struct': () => import('./own-value-struct.ts').then((file) => file.ownValueStruct),
};

/** Scenarios in the order of the menu; the page opens the first. */
export const SCENARIOS: readonly About[] = ABOUT;

/** Id of the scenario that the page opens on. */
export const FIRST_SCENARIO: string = ABOUT[0]?.id ?? '';

/** The scenario with an id; null when there is none. */
export async function loadScenario(id: string): Promise<Scenario | null> {
  const load = Object.hasOwn(LOAD, id) ? LOAD[id] : undefined;
  return load ? load() : null;
}
