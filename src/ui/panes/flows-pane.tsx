import { type ComponentType, useCallback } from 'react';
import type { ColdSnapshot, History } from '../../engine/index.ts';
import { laneTop, wireHeight, wireLeast, wireMoving, wireStill } from '../../views/flows/wire.ts';
import { rateText } from '../../views/words.ts';
import { late } from '../controls/guard.tsx';
import { LiveScene, type LiveSceneProps } from '../controls/live-scene.tsx';
import { Pane } from '../controls/pane.tsx';
import { Turn, useCalmLab, useTheme } from '../controls/use-frame.ts';
import { chooseTab, useChoices } from '../../page/store/choices.ts';
import { type Tabs, TABS } from '../../page/store/tabs.ts';
import { useLab } from '../../page/store/lab.ts';
import { useOverlay } from '../../page/store/overlay.ts';

type Build = LiveSceneProps['build'];

const SeriesTab = late('cwnd / RTT', () => import('./flows-tabs.tsx').then(({ SeriesNow }) => SeriesNow));
const TableTab = late('Table', () => import('./flows-tabs.tsx').then(({ TableNow }) => TableNow));

/** What each tab shows; the tabs themselves are rows of page/store/tabs.ts. */
const SHOWN: Readonly<Record<Tabs['flows'], ComponentType>> = { wire: WireTab, series: SeriesTab, table: TableTab };

export function FlowsPane() {
  const tab = useChoices((state) => state.tabs.flows);
  const cold = useLab((state) => state.cold);
  const Shown = SHOWN[tab];
  return (
    <Pane
      id="flows"
      title="Flows"
      titled
      tabs={TABS.flows}
      selected={tab}
      onSelect={(next) => chooseTab('flows', next)}
      aside={cold && <PathFacts cold={cold} />}
    >
      <Turn value="wire">
        <Shown />
      </Turn>
    </Pane>
  );
}

interface RunProps {
  readonly cold: ColdSnapshot;
  readonly history: History;
}

function PathFacts({ cold: { path, seed } }: Pick<RunProps, 'cold'>) {
  const rtt = (path.delayNs * 2) / 1e6;
  return (
    <span className="pane-note">
      bottleneck {rateText(path.rateBps)} · RTT {rtt} ms · queue {path.queuePackets} pkts · seed {seed}
    </span>
  );
}

/** In the Flows preset and in a slide, the series are below the wire. */
function WireTab() {
  const isPreset = useChoices((state) => state.preset) === 'flows';
  const isAlone = useOverlay((state) => state.embed) !== null;
  const roomy = isPreset || isAlone;
  const { cold, history } = useCalmLab();
  const { scale } = useTheme();
  if (!cold || !history) return null;
  const run = { cold, history };
  if (!roomy) return <Wire {...run} />;
  return (
    <>
      <div className="wire-above" style={{ flexBasis: wireHeight(cold) * Math.max(1, scale) }}>
        <Wire {...run} />
      </div>
      <div className="series-below">
        <SeriesTab />
      </div>
    </>
  );
}

function Wire({ cold, history }: RunProps) {
  const running = useLab(({ cpu }) => cpu?.socket ?? null);
  const build: Build = useCallback(
    ({ hot }, { size, scroll }) => wireStill({ cold, history, hot, scroll, running }, size),
    [cold, history, running],
  );
  const moving: LiveSceneProps['moving'] = useCallback(
    ({ hot }, { size, scroll }) => wireMoving({ cold, hot, scroll }, size),
    [cold],
  );
  return (
    <LiveScene
      calm
      build={build}
      moving={moving}
      least={(size) => wireLeast(cold, size)}
      height={({ height }) => wireHeight(cold, height)}
      scrollTo={({ height }) => laneTop(cold, running, height)}
    />
  );
}
