/* Shipped scenarios, fetched when they are opened. */
import type { Scenario } from '../../engine/index.ts';
import { loadScenario } from '../../scenarios/index.ts';
import { notify, told } from '../store/lab.ts';

let wanted = 0;

/** Fetches a scenario and opens it, unless another was requested meanwhile. Reports a failure. */
export async function openShipped(id: string, open: (scenario: Scenario) => void): Promise<void> {
  wanted++;
  const mine = wanted;
  const scenario = await loadScenario(id).catch(() => null);
  if (mine !== wanted) return;
  if (scenario) open(scenario);
  else {
    told({ phase: 'crashed', crash: `The scenario ${id} could not be loaded.` });
    notify({
      kind: 'error',
      title: `The scenario ${id} could not be loaded`,
      detail: 'Reload the page, or choose another.',
    });
  }
}
