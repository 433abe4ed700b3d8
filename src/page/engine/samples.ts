/* Object files of scenarios: each is fetched once, when a scenario that needs it is opened. */
import { type Scenario, toBase64 } from '../../engine/index.ts';
import { fetchBytes, once } from './kernel-files.ts';

const sample = once(async (file) => toBase64(new Uint8Array(await fetchBytes(`samples/${file}`))));

/** The scenario with its object files; rejects when one cannot be fetched. */
export async function withSamples(scenario: Scenario): Promise<Scenario> {
  const { samples = [], objects } = scenario;
  if (samples.length === 0) return scenario;
  const fetched = await Promise.all(samples.map(async (file) => [file, await sample(file)] as const));
  return { ...scenario, objects: { ...objects, ...Object.fromEntries(fetched) } };
}
