import { expect, it } from 'vitest';
import { shippedBtf, shippedWhole } from './testing/kernels.ts';

it.each(['v6.1', 'v6.12'])('the whole BTF of %s has the types of the subset under the same ids', (kernel) => {
  const subset = shippedBtf(kernel);
  const whole = shippedWhole(kernel);
  expect(whole.count).toBeGreaterThan(100_000);
  for (let i = 0; i < subset.count; i++) {
    const id = subset.idAt(i);
    const [ours, theirs] = [subset.type(id), whole.type(id)];
    // the target of a pointer may be a forward declaration in the subset
    if (ours?.kind === 'FWD') expect(theirs?.name).toBe(ours.name);
    else expect(theirs).toEqual(ours);
  }
});
