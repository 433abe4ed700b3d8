import { useCallback } from 'react';
import { wireScene } from '../../views/flows/wire.ts';
import type { Size } from '../../views/scene.ts';
import { rateText } from '../../views/words.ts';
import { LiveScene } from '../controls/live-scene.tsx';
import { Pane } from '../controls/pane.tsx';
import type { Frame } from '../frame-source.ts';
import { chooseTab, useChoices } from '../store/choices.ts';
import { useLab } from '../store/lab.ts';

const TABS = [
  { id: 'wire', title: 'Wire' },
  { id: 'series', title: 'cwnd / RTT' },
  { id: 'table', title: 'Table' },
] as const;

export function FlowsPane() {
  const tab = useChoices((state) => state.tabs.flows);
  return (
    <Pane
      id="flows"
      title="Flows"
      titled
      tabs={TABS}
      selected={tab}
      onSelect={(next) => chooseTab('flows', next)}
      aside={<PathFacts />}
    >
      {tab === 'wire' && <Wire />}
    </Pane>
  );
}

function PathFacts() {
  const cold = useLab((state) => state.cold);
  if (!cold) return null;
  const { path, seed } = cold;
  const rtt = (path.delayNs * 2) / 1e6;
  return (
    <span className="pane-note">
      bottleneck {rateText(path.rateBps)} · RTT {rtt} ms · queue {path.queuePackets} pkts · seed {seed}
    </span>
  );
}

function Wire() {
  const cold = useLab((state) => state.cold);
  const history = useLab((state) => state.history);
  const build = useCallback(
    ({ hot }: Frame, size: Size) =>
      cold && history
        ? wireScene({ cold, history, hot, scroll: 0 }, size)
        : { ...size, label: 'Wire', layers: [], marks: [] },
    [cold, history],
  );
  return <LiveScene build={build} />;
}
