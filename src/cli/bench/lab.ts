/** Benchmarks runs, checkpoints and seeks of every scenario. */
import { Lab } from '../../engine/index.ts';
import { ALL_SCENARIOS as SCENARIOS } from '../../scenarios/all.ts';
import { shippedParts, table, withSamples } from '../cli.ts';
import { rounds, timed } from './measure.ts';

export function benchLab(): void {
  console.log('time travel, by length of the run');
  const rows = SCENARIOS.map(withSamples).flatMap((scenario) =>
    [1, 4, 16].map((times) => {
      const until = scenario.until * times;
      const lab = new Lab(shippedParts(), scenario);
      const forward = timed(() => lab.seek(until));
      const { count, bytes } = lab.checkpoints;
      let k = 0;
      const seek = rounds(31, () => timed(() => lab.seek(Math.floor((until * ((k++ * 37) % 97)) / 97))));
      const hash = rounds(7, () => timed(() => lab.hash()));
      return [
        `${scenario.id} x${times}`,
        (until / 1e9).toFixed(1),
        forward.toFixed(1),
        count,
        (bytes / 1024 / 1024).toFixed(1),
        seek.toFixed(2),
        hash.toFixed(2),
      ];
    }),
  );
  console.log(table(['scenario', 'seconds', 'run ms', 'checkpoints', 'MiB', 'seek ms', 'hash ms'], rows));
  const lab = new Lab(shippedParts(), SCENARIOS[0]);
  lab.seek(SCENARIOS[0].until);
  let image = lab.machine.memory.save();
  const save = rounds(101, () =>
    timed(() => {
      image = lab.machine.memory.save(image);
    }),
  );
  const restore = rounds(101, () => timed(() => lab.machine.memory.restore(image)));
  console.log(
    `one checkpoint, ${(image.used / 1024).toFixed(0)} KiB: save ${save.toFixed(3)} ms, restore ${restore.toFixed(3)} ms`,
  );
}
