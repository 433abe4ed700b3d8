/* The system calls of the run: over time, and the checks of the last one. Loaded with their tabs. */
import { useCallback } from 'react';
import { type ColdSnapshot, errnoName, type History } from '../../engine/index.ts';
import { useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';
import { checksHeight, checksScene } from '../../views/checks/checks.ts';
import { sequenceHeight, sequenceRow, sequenceScene } from '../../views/sequence/sequence.ts';
import { listLeast } from '../../views/zoom.ts';
import { LiveScene, type LiveSceneProps } from '../controls/live-scene.tsx';
import { BesideBar, CompareView } from './compare-view.tsx';
import { useStepWords } from './use-step-words.ts';

/** Lookups for the sequence, which shows no steps. */
const WORDS = { step: (id: string) => id, errno: errnoName };

interface ShownProps {
  readonly cold: ColdSnapshot;
  readonly history: History;
}

export function SequenceNow() {
  const cold = useLab((state) => state.cold);
  const history = useLab((state) => state.history);
  return cold && history && <SequenceOrBeside cold={cold} history={history} />;
}

export function ChecksNow() {
  const cold = useLab((state) => state.cold);
  const history = useLab((state) => state.history);
  return cold && history && <Checks cold={cold} history={history} />;
}

/** The sequence of this run, or of both when another kernel is compared. */
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
      least={listLeast(440)}
      height={() => sequenceHeight(history)}
      scrollTo={sequenceRow(history, cold.lastCall)}
    />
  );
}

/** Checks of the last call with checks (socket calls have none); the check that answered is last. */
function Checks({ cold, history }: ShownProps) {
  const call = history.calls.findLast(({ n, trace }) => n <= cold.lastCall && trace.length > 0) ?? null;
  const words = useStepWords(call?.name ?? '');
  const build: LiveSceneProps['build'] = useCallback(
    (_, { size, scroll }) => checksScene({ call, words, scroll }, size),
    [call, words],
  );
  return (
    <LiveScene
      calm
      build={build}
      least={listLeast(372)}
      height={() => checksHeight(call)}
      scrollTo={checksHeight(call) - 40}
    />
  );
}
