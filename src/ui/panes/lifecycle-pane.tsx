import { type ColdSnapshot, type CpuSnapshot, errnoName, type History } from '../../engine/index.ts';
import { lifecycleScene, movesByItself } from '../../views/lifecycle/lifecycle.ts';
import type { Scene, Size, Theme } from '../../views/scene.ts';
import { stopWords } from '../../views/stop.ts';
import { late } from '../controls/guard.tsx';
import { LiveScene, type LiveSceneProps } from '../controls/live-scene.tsx';
import { runCommand } from '../../page/commands/registry.ts';
import { Pane } from '../controls/pane.tsx';
import { chooseTab, useChoices } from '../../page/store/choices.ts';
import { type Tabs, TABS } from '../../page/store/tabs.ts';
import { useLab } from '../../page/store/lab.ts';
import { useCalmLab } from '../controls/use-frame.ts';
import { MapBadges } from './map-badges.tsx';
import { MapBar } from './map-bar.tsx';
import { type ComponentType, useCallback, useRef } from 'react';

const SequenceTab = late('Sequence', () => import('./calls-tabs.tsx').then(({ SequenceNow }) => SequenceNow));
const ChecksTab = late('Checks', () => import('./calls-tabs.tsx').then(({ ChecksNow }) => ChecksNow));
const ModulesTab = late('Modules', () => import('./modules-tab.tsx').then(({ ModulesNow }) => ModulesNow));

/** What each tab shows; the tabs themselves are rows of page/store/tabs.ts. */
const SHOWN: Readonly<Record<Tabs['lifecycle'], ComponentType>> = {
  machine: MachineTab,
  sequence: SequenceTab,
  checks: ChecksTab,
  modules: ModulesTab,
};

export function LifecyclePane() {
  const tab = useChoices((state) => state.tabs.lifecycle);
  const panic = useLab((state) => state.cold?.panic ?? null);
  const runs = useLab((state) => state.cold !== null && state.history !== null);
  const Shown = SHOWN[tab];
  return (
    <Pane
      id="lifecycle"
      title="Lifecycle"
      titled
      tabs={TABS.lifecycle}
      selected={tab}
      onSelect={(next) => chooseTab('lifecycle', next)}
      aside={<MapBadges />}
    >
      {panic && <Panic message={panic} />}
      {runs && <Shown />}
    </Pane>
  );
}

/** Shows a kernel panic; the way out is to go back in time. */
function Panic({ message }: { readonly message: string }) {
  return (
    <div className="panic" role="alert">
      <p>
        <b>Kernel panic.</b> {message} Linux 6.12.117 dies of this call too; nothing runs any more.
      </p>
      <button type="button" className="button small" onClick={() => runCommand('time.previous-call')}>
        Back to before
      </button>
    </div>
  );
}

interface ShownProps {
  readonly cold: ColdSnapshot;
  readonly history: History;
}

function MachineTab() {
  const { cold, history } = useCalmLab();
  if (!cold || !history) return null;
  return (
    <>
      <StateMachine cold={cold} history={history} />
      <MapBar />
    </>
  );
}

/** Props of a picture that is kept while nothing about the maps changes. */
interface StillScene extends ShownProps {
  readonly size: Size;
  readonly theme: Theme;
  readonly cpu: CpuSnapshot | null;
  readonly scene: Scene;
}

function StateMachine({ cold, history }: ShownProps) {
  const cpu = useLab((state) => state.cpu);
  const still = useRef<StillScene | null>(null);
  const build: LiveSceneProps['build'] = useCallback(
    ({ hot: { time, event } }, { size, theme }) => {
      const stop = cpu && { words: stopWords(cpu, time), socket: cpu.socket };
      const input = { cold, history, time, event, errno: errnoName, stop };
      const { current: before } = still;
      if (before?.size === size && before.theme === theme && before.cold === cold && before.history === history)
        if (before.cpu === cpu && !movesByItself(input)) return before.scene;
      const scene = lifecycleScene(input, size, theme);
      still.current = movesByItself(input) ? null : { size, theme, cold, history, cpu, scene };
      return scene;
    },
    [cold, history, cpu],
  );
  return <LiveScene build={build} />;
}
