/* The flows over time, and as a table. Loaded with their tabs. */
import { useCallback, useMemo, useState } from 'react';
import type { ColdSnapshot, History } from '../../engine/index.ts';
import { useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';
import { MOST_CURVES } from '../../views/flows/crowd.ts';
import { createReadings } from '../../views/flows/reading.ts';
import { seriesAt, seriesCurves } from '../../views/flows/series.ts';
import { FLOW_COLUMNS, flowRows } from '../../views/flows/table.ts';
import { remembered } from '../../views/remembered.ts';
import { LiveScene, type LiveSceneProps } from '../controls/live-scene.tsx';
import { Turn, useCalmFrame, useCalmLab } from '../controls/use-frame.ts';
import { CROWD_STEPS, runGrows, wholeRun } from './timeline-domain.ts';

interface RunProps {
  readonly cold: ColdSnapshot;
  readonly history: History;
}

/** The series have a group of their own: together with the wire they would make every fifth frame slow. */
export const SeriesNow = () => (
  <Turn value="series">
    <Series />
  </Turn>
);

function Series() {
  const lab = useCalmLab();
  const { cold, history } = lab;
  return cold && history && <TimeSeries cold={cold} history={history} grows={runGrows(lab)} />;
}

export function TableNow() {
  const cold = useLab((state) => state.cold);
  return cold && <Table cold={cold} />;
}

function TimeSeries({ cold, history, grows }: RunProps & { readonly grows: boolean }) {
  const focus = useChoices((state) => state.selection.socket);
  const curves = useMemo(() => remembered(seriesCurves), []);
  const [readings] = useState(createReadings);
  const { until, series } = history;
  const steps = series.length > MOST_CURVES ? CROWD_STEPS : undefined;
  const domain = useMemo(() => wholeRun(until, grows, steps), [until, grows, steps]);
  const build: LiveSceneProps['build'] = useCallback(
    ({ hot }, { size }) => seriesAt(curves(readings, cold, history, domain, focus, size), hot.time),
    [curves, readings, cold, history, domain, focus],
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
