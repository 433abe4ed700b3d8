import { useCallback } from 'react';
import type { ColdSnapshot, History } from '../../engine/index.ts';
import { seriesScene } from '../../views/flows/series.ts';
import { FLOW_COLUMNS, flowRows } from '../../views/flows/table.ts';
import { wireHeight, wireScene } from '../../views/flows/wire.ts';
import { rateText } from '../../views/words.ts';
import { LiveScene, type LiveSceneProps } from '../controls/live-scene.tsx';
import { Pane } from '../controls/pane.tsx';
import { useCalmFrame } from '../controls/use-frame.ts';
import { chooseTab, useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';
import { wholeRun } from './timeline-domain.ts';

type Build = LiveSceneProps['build'];

const TABS = [
  { id: 'wire', title: 'Wire' },
  { id: 'series', title: 'cwnd / RTT' },
  { id: 'table', title: 'Table' },
] as const;

export function FlowsPane() {
  const tab = useChoices((state) => state.tabs.flows);
  const cold = useLab((state) => state.cold);
  const history = useLab((state) => state.history);
  return (
    <Pane
      id="flows"
      title="Flows"
      titled
      tabs={TABS}
      selected={tab}
      onSelect={(next) => chooseTab('flows', next)}
      aside={cold && <PathFacts cold={cold} />}
    >
      {cold && history && tab === 'wire' && <WireAndMore cold={cold} history={history} />}
      {cold && history && tab === 'series' && <TimeSeries cold={cold} history={history} />}
      {cold && tab === 'table' && <Table cold={cold} />}
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

/** Where the flows have the page, the series stand below the wire. */
function WireAndMore(run: RunProps) {
  const roomy = useChoices((state) => state.preset) === 'flows';
  if (!roomy) return <Wire {...run} />;
  return (
    <>
      <div className="wire-above" style={{ flexBasis: wireHeight(run.cold) }}>
        <Wire {...run} />
      </div>
      <div className="series-below">
        <TimeSeries {...run} />
      </div>
    </>
  );
}

function Wire({ cold, history }: RunProps) {
  const build: Build = useCallback(
    ({ hot }, { size, scroll }) => wireScene({ cold, history, hot, scroll }, size),
    [cold, history],
  );
  return <LiveScene build={build} height={() => wireHeight(cold)} />;
}

function TimeSeries({ cold, history }: RunProps) {
  const focus = useChoices((state) => state.selection.socket);
  const build: Build = useCallback(
    ({ hot }, { size }) => seriesScene({ cold, history, time: hot.time, domain: wholeRun(history.until), focus }, size),
    [cold, history, focus],
  );
  return <LiveScene calm build={build} />;
}

function Table({ cold }: Pick<RunProps, 'cold'>) {
  const { hot } = useCalmFrame();
  return (
    <div className="table-place" tabIndex={0} role="region" aria-label="Connections">
      <table>
        <thead>
          <tr>
            {FLOW_COLUMNS.map(({ key, title, numeric }) => (
              <th key={key} scope="col" className={numeric ? 'numeric' : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {flowRows(cold, hot).map((row) => (
            <tr key={row.socket}>
              {FLOW_COLUMNS.map(({ key, numeric }) => (
                <td key={key} className={numeric ? 'numeric' : undefined}>
                  {row[key]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
