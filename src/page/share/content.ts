import { contentKey, type Scenario } from '../../engine/index.ts';
import { loadScenario } from '../../scenarios/index.ts';

/** Key of a scenario's behaviour: texts, steps and path are part of it, words are not. */
export function contentOf({ path, seed, texts, steps, samples, until }: Scenario): string {
  const commands = steps.map(({ at, command }) => [at, command]);
  return contentKey(new TextEncoder().encode(JSON.stringify([path, seed, texts, commands, samples ?? [], until])));
}

/** Whether the scenario equals the shipped one of its name. */
export const isShipped = async (scenario: Scenario): Promise<boolean> => {
  const shipped = await loadScenario(scenario.id).catch(() => null);
  return shipped !== null && (shipped === scenario || contentOf(shipped) === contentOf(scenario));
};
