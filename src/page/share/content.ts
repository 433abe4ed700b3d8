import { contentKey, type Scenario } from '../../engine/index.ts';
import { loadScenario } from '../../scenarios/index.ts';

/** Key of what a scenario does: another text, step or path is another key; words are not. */
export function contentOf({ path, seed, texts, steps, samples, until }: Scenario): string {
  const commands = steps.map(({ at, command }) => [at, command]);
  return contentKey(new TextEncoder().encode(JSON.stringify([path, seed, texts, commands, samples ?? [], until])));
}

/** Whether the scenario is the one of its name that comes with the page. */
export const isShipped = async (scenario: Scenario): Promise<boolean> => {
  const shipped = await loadScenario(scenario.id).catch(() => null);
  return shipped !== null && (shipped === scenario || contentOf(shipped) === contentOf(scenario));
};
