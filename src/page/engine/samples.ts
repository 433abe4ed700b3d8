/* Object files that a scenario names: fetched when it is opened, once each. */
import { type Scenario, toBase64 } from '../../engine/index.ts';
import { fetchBytes, once } from './kernel-files.ts';

const sample = once(async (file) => toBase64(new Uint8Array(await fetchBytes(`samples/${file}`))));

/** Rejects when one of them cannot be fetched. */
export async function withSamples(scenario: Scenario): Promise<Scenario> {
  const { samples = [], objects } = scenario;
  if (samples.length === 0) return scenario;
  const fetched = await Promise.all(samples.map(async (file) => [file, await sample(file)] as const));
  return { ...scenario, objects: { ...objects, ...Object.fromEntries(fetched) } };
}
