import type { Scenario } from '../engine/index.ts';
import { ALL_SCENARIOS } from '../scenarios/all.ts';
import { Usage, withSamples } from './cli.ts';

/** A scenario by its id, with the object files that it names; throws Usage with the ids that there are. */
export function scenarioOf(id: string | undefined): Scenario {
  const found = ALL_SCENARIOS.find((scenario) => scenario.id === id);
  if (found) return withSamples(found);
  const what = id === undefined ? 'which scenario?' : `no scenario "${id}".`;
  throw new Usage(`${what} There are: ${ALL_SCENARIOS.map((one) => one.id).join(', ')}`);
}
