import { DEFAULT_KERNEL, kernelSpec, KERNELS } from '../../engine/index.ts';
import { lacks } from '../../scenarios/about.ts';
import { SCENARIOS } from '../../scenarios/index.ts';

/** Features that a scenario needs and a kernel lacks; empty when it can run there, or for an unknown scenario. */
export function lackedBy(scenario: string, kernel: string): string[] {
  const about = SCENARIOS.find(({ id }) => id === scenario);
  const spec = kernelSpec(kernel);
  return about && spec ? lacks(about, spec.profile) : [];
}

/** The kernel to offer when another lacks something: the default one if it suffices, otherwise the newest that does. */
export function kernelFor(scenario: string): string | null {
  const able = KERNELS.map(({ profile }) => profile.name).filter((name) => lackedBy(scenario, name).length === 0);
  return able.find((name) => name === DEFAULT_KERNEL) ?? able.at(-1) ?? null;
}
