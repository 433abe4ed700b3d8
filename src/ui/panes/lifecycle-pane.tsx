import { useCallback } from 'react';
import { errnoName } from '../../engine/index.ts';
import type { Size, Theme } from '../../views/scene.ts';
import { lifecycleScene } from '../../views/lifecycle/lifecycle.ts';
import { LiveScene } from '../controls/live-scene.tsx';
import { Pane } from '../controls/pane.tsx';
import type { Frame } from '../frame-source.ts';
import { chooseTab, useChoices } from '../store/choices.ts';
import { useLab } from '../store/lab.ts';
import { MapBadges } from './map-badges.tsx';

const TABS = [
  { id: 'machine', title: 'State machine' },
  { id: 'sequence', title: 'Sequence' },
  { id: 'checks', title: 'Checks' },
] as const;

export function LifecyclePane() {
  const tab = useChoices((state) => state.tabs.lifecycle);
  return (
    <Pane
      id="lifecycle"
      title="Lifecycle"
      titled
      tabs={TABS}
      selected={tab}
      onSelect={(next) => chooseTab('lifecycle', next)}
      aside={<MapBadges />}
    >
      {tab === 'machine' && <StateMachine />}
    </Pane>
  );
}

function StateMachine() {
  const cold = useLab((state) => state.cold);
  const history = useLab((state) => state.history);
  const build = useCallback(
    ({ hot }: Frame, size: Size, theme: Theme) => {
      if (!cold || !history) return { ...size, label: 'Lifecycle', layers: [], marks: [] };
      return lifecycleScene({ cold, history, time: hot.time, event: hot.event, errno: errnoName }, size, theme);
    },
    [cold, history],
  );
  return cold && history ? <LiveScene build={build} /> : null;
}
