import type { Scenario } from '../engine/index.ts';
import { ALL_SCENARIOS } from '../scenarios/all.ts';
import { Usage, withSamples } from './cli.ts';

/** A scenario by its id, with its object files; throws Usage with the known ids. */
export function scenarioOf(id: string | undefined): Scenario {
  const found = ALL_SCENARIOS.find((scenario) => scenario.id === id);
  if (found) return withSamples(found);
  const what = id === undefined ? 'which scenario?' : `no scenario "${id}".`;
  throw new Usage(`${what} There are: ${ALL_SCENARIOS.map((one) => one.id).join(', ')}`);
}
