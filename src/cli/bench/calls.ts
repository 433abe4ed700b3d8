/** Benchmarks a call of the stack into a program. */
import { Lab, structOpsMaps } from '../../engine/index.ts';
import { shippedParts, table } from '../cli.ts';
import { simScenario } from '../sim.ts';
import { rounds, timed } from './measure.ts';
import { LINKS } from './tcp.ts';

/** ns of a call of each member of a registered struct, as the stack calls it, beside the instructions that it executes. */
export function benchCalls(): string[] {
  const scenario = simScenario({ cc: 'bpf_reno', link: LINKS[0][1], flows: 1, seconds: 5, seed: 1 });
  const lab = new Lab(shippedParts(), scenario);
  lab.seek(scenario.until);
  const { machine } = lab;
  const [{ progs }] = structOpsMaps(machine.kernel.state).filter((map) => map.progs.length > 0);
  const [{ sk }] = machine.tcp.list();
  const CALLS = 200_000;
  const rows = progs.map(({ member, address }) => {
    const before = lab.hot().executedInsns;
    const call = (): void => {
      for (let i = 0; i < CALLS; i++) machine.text.call(address, sk, i, 1);
    };
    call();
    const insns = (lab.hot().executedInsns - before) / CALLS;
    return [member, ((rounds(21, () => timed(call)) * 1e6) / CALLS).toFixed(1), insns.toFixed(1)];
  });
  return table(['call by the stack', 'ns', 'instructions'], rows).split('\n');
}
