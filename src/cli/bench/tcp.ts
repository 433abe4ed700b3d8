/** Packets a second of the simulated network. */
import { Lab, type PathConfig } from '../../engine/index.ts';
import { shippedParts, table } from '../cli.ts';
import { parseLink, simScenario } from '../sim.ts';
import { rounds, thousands, timed } from './measure.ts';

/** A: 10 Mbit/s, 20 ms, 50 packets; B: 100 Mbit/s, 40 ms, 333; C: 1 Gbit/s, 10 ms, 833. */
export const LINKS: readonly (readonly [string, PathConfig, number])[] = [
  ['A 10 Mbit/s', parseLink('10mbit,20ms,50'), 20],
  ['B 100 Mbit/s', parseLink('100mbit,40ms,333'), 4],
  ['C 1 Gbit/s', parseLink('1gbit,10ms,833'), 1],
];
const FLOWS = [1, 10, 100] as const;

/** Packets and BPF instructions a second of wall clock, for one congestion control. */
export function simulation(
  cc: string,
  link: PathConfig,
  flows: number,
  seconds: number,
): { packets: number; insns: number } {
  const scenario = simScenario({ cc, link, flows, seconds, seed: 1 });
  const lab = new Lab(shippedParts(), scenario);
  const ms = timed(() => lab.seek(scenario.until));
  const { packetsSent, executedInsns } = lab.hot();
  return { packets: packetsSent / (ms / 1000), insns: executedInsns / (ms / 1000) };
}

export function benchTcp(): void {
  console.log('packets/s of the simulation (wall clock), by number of flows');
  const rows = ['reno', 'bpf_reno'].flatMap((cc) =>
    LINKS.map(([name, link, seconds]) => [
      `${name}, ${cc}`,
      ...FLOWS.map((flows) => thousands(rounds(3, () => simulation(cc, link, flows, seconds).packets))),
    ]),
  );
  console.log(table(['link', ...FLOWS.map((n) => `N=${n}`)], rows));
  const { insns } = simulation('bpf_reno', LINKS[0][1], 1, 20);
  console.log(`BPF instructions/s inside that simulation, N=1: ${thousands(insns)}`);
}
