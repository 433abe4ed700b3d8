import { type ColdSnapshot, errnoName, type History } from '../../engine/index.ts';
import { checksHeight, checksScene } from '../../views/checks/checks.ts';
import { lifecycleScene } from '../../views/lifecycle/lifecycle.ts';
import { sequenceHeight, sequenceRow, sequenceScene } from '../../views/sequence/sequence.ts';
import { late } from '../controls/guard.tsx';
import { LiveScene, type LiveSceneProps } from '../controls/live-scene.tsx';
import { runCommand } from '../../page/commands/registry.ts';
import { Pane } from '../controls/pane.tsx';
import { chooseTab, useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';
import { BesideBar, CompareView } from './compare-view.tsx';
import { MapBadges } from './map-badges.tsx';
import { MapBar } from './map-bar.tsx';
import { useStepWords } from './use-step-words.ts';
import { useCallback } from 'react';

const TABS = [
  { id: 'machine', title: 'State machine' },
  { id: 'sequence', title: 'Sequence' },
  { id: 'checks', title: 'Checks' },
  { id: 'modules', title: 'Modules' },
] as const;

const ModulesTab = late('Modules', () => import('./modules-tab.tsx').then(({ ModulesNow }) => ModulesNow));

/** The sequence names no steps. */
const WORDS = { step: (id: string) => id, errno: errnoName };

export function LifecyclePane() {
  const tab = useChoices((state) => state.tabs.lifecycle);
  const cold = useLab((state) => state.cold);
  const history = useLab((state) => state.history);
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
      {cold?.panic && <Panic message={cold.panic} />}
      {cold && history && <Shown tab={tab} cold={cold} history={history} />}
    </Pane>
  );
}

/** What Linux did is shown as what it is; the way out is time. */
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

function Shown({ tab, ...run }: ShownProps & { readonly tab: (typeof TABS)[number]['id'] }) {
  switch (tab) {
    case 'machine':
      return (
        <>
          <StateMachine {...run} />
          <MapBar />
        </>
      );
    case 'sequence':
      return <SequenceOrBeside {...run} />;
    case 'modules':
      return <ModulesTab />;
    case 'checks':
      return <Checks {...run} />;
    default:
      return tab satisfies never;
  }
}

function StateMachine({ cold, history }: ShownProps) {
  const build: LiveSceneProps['build'] = useCallback(
    ({ hot: { time, event } }, { size, theme }) =>
      lifecycleScene({ cold, history, time, event, errno: errnoName }, size, theme),
    [cold, history],
  );
  return <LiveScene build={build} />;
}

/** The sequence of this run, or both when another kernel is beside it. */
function SequenceOrBeside(run: ShownProps) {
  const kernel = useLab((state) => state.kernel);
  const beside = useChoices((state) => state.beside);
  return (
    <>
      {beside === null || beside === kernel ? (
        <Sequence {...run} />
      ) : (
        <CompareView history={run.history} beside={beside} />
      )}
      <BesideBar />
    </>
  );
}

function Sequence({ cold, history }: ShownProps) {
  const build: LiveSceneProps['build'] = useCallback(
    ({ hot: { event } }, { size, scroll }) => sequenceScene({ cold, history, event, words: WORDS, scroll }, size),
    [cold, history],
  );
  return (
    <LiveScene
      calm
      build={build}
      height={() => sequenceHeight(history)}
      scrollTo={sequenceRow(history, cold.lastCall)}
    />
  );
}

/** Of the last call with checks (socket calls have none); the one that answered comes last. */
function Checks({ cold, history }: ShownProps) {
  const call = history.calls.findLast(({ n, trace }) => n <= cold.lastCall && trace.length > 0) ?? null;
  const words = useStepWords(call?.name ?? '');
  const build: LiveSceneProps['build'] = useCallback(
    (_, { size, scroll }) => checksScene({ call, words, scroll }, size),
    [call, words],
  );
  return <LiveScene calm build={build} height={() => checksHeight(call)} scrollTo={checksHeight(call) - 40} />;
}
