import { DEFAULT_KERNEL, kernelSpec, KERNELS } from '../../engine/index.ts';
import { lacks } from '../../scenarios/about.ts';
import { SCENARIOS } from '../../scenarios/index.ts';

/** What a kernel lacks of what a scenario needs, in words; empty where it can be told there, or nobody knows. */
export function lackedBy(scenario: string, kernel: string): string[] {
  const about = SCENARIOS.find(({ id }) => id === scenario);
  const spec = kernelSpec(kernel);
  return about && spec ? lacks(about, spec.profile) : [];
}

/** The kernel to offer where another one lacks something: the default one where that has it, else the newest that has. */
export function kernelFor(scenario: string): string | null {
  const able = KERNELS.map(({ profile }) => profile.name).filter((name) => lackedBy(scenario, name).length === 0);
  return able.find((name) => name === DEFAULT_KERNEL) ?? able.at(-1) ?? null;
}
