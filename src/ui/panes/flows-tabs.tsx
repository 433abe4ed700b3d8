/* The flows over time, and as a table. Loaded with their tabs. */
import { useCallback } from 'react';
import type { ColdSnapshot, History } from '../../engine/index.ts';
import { useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';
import { seriesScene } from '../../views/flows/series.ts';
import { FLOW_COLUMNS, flowRows } from '../../views/flows/table.ts';
import { LiveScene, type LiveSceneProps } from '../controls/live-scene.tsx';
import { useCalmFrame } from '../controls/use-frame.ts';
import { wholeRun } from './timeline-domain.ts';

interface RunProps {
  readonly cold: ColdSnapshot;
  readonly history: History;
}

export function SeriesNow() {
  const cold = useLab((state) => state.cold);
  const history = useLab((state) => state.history);
  return cold && history && <TimeSeries cold={cold} history={history} />;
}

export function TableNow() {
  const cold = useLab((state) => state.cold);
  return cold && <Table cold={cold} />;
}

function TimeSeries({ cold, history }: RunProps) {
  const focus = useChoices((state) => state.selection.socket);
  const build: LiveSceneProps['build'] = useCallback(
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
