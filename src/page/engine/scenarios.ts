/* Shipped scenarios, fetched when they are opened. */
import type { Scenario } from '../../engine/index.ts';
import { loadScenario } from '../../scenarios/index.ts';
import { lab, notify, told } from '../store/lab.ts';
import { kernelFiles } from './kernel-files.ts';

let wanted = 0;

/** A lab that runs goes on; without one, the page says that there is none. */
function notLoaded(title: string, again: () => void): void {
  const { cold, kernel, scenario } = lab();
  if (!cold) told({ phase: 'crashed', crash: `${title}.` });
  const detail = cold
    ? `${scenario?.title ?? 'The lab'} goes on, on ${kernel}.`
    : 'Choose another, or reload the page.';
  notify({ kind: 'error', title, detail, again, lasting: true });
}

/** Opens on a kernel once its files are here; where they cannot be fetched, what runs goes on. */
export async function openOn(kernel: string, open: () => void): Promise<void> {
  wanted++;
  const mine = wanted;
  const fetched = lab().cold === null || (await kernelFiles(kernel).catch(() => null)) !== null;
  if (mine !== wanted) return;
  if (fetched) open();
  else notLoaded(`The types of ${kernel} could not be fetched`, () => void openOn(kernel, open));
}

/** Fetches a scenario and opens it, unless another was requested meanwhile. Reports a failure. */
export async function openShipped(id: string, open: (scenario: Scenario) => void): Promise<void> {
  wanted++;
  const mine = wanted;
  const scenario = await loadScenario(id).catch(() => null);
  if (mine !== wanted) return;
  if (scenario) open(scenario);
  else notLoaded(`The scenario ${id} could not be fetched`, () => void openShipped(id, open));
}
