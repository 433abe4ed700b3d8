/* The flows over time, and as a table. Loaded with their tabs. */
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ColdSnapshot, History } from '../../engine/index.ts';
import { useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';
import { MOST_CURVES } from '../../views/flows/crowd.ts';
import { seriesLeast } from '../../views/flows/panels.ts';
import { createReadings } from '../../views/flows/reading.ts';
import { seriesAt, seriesCurves } from '../../views/flows/series.ts';
import { FLOW_COLUMNS, flowRows, rowsInSight, type Sight } from '../../views/flows/table.ts';
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
  return <LiveScene calm build={build} least={seriesLeast} />;
}

const UNSEEN: Sight = { top: 0, height: 0, row: 0 };

/** What is in sight of a table that scrolls, measured again when its size or its number of rows changes; `look` measures after scrolling. */
function useSight(
  place: RefObject<HTMLElement | null>,
  count: number,
): { readonly sight: Sight; readonly look: () => void } {
  const [sight, setSight] = useState(UNSEEN);
  const look = useCallback((): void => {
    const { current } = place;
    const row = current?.querySelector<HTMLElement>('tbody tr[aria-rowindex]')?.offsetHeight ?? 0;
    if (current && row > 0) setSight({ top: current.scrollTop, height: current.clientHeight, row });
  }, [place]);
  useEffect(() => {
    const { current } = place;
    if (!current || count === 0) return;
    const observer = new ResizeObserver(look);
    observer.observe(current);
    return () => observer.disconnect();
  }, [place, count, look]);
  return { sight, look };
}

/** Room for rows that are not drawn. */
const Gap = ({ rows, height }: { readonly rows: number; readonly height: number }) =>
  rows > 0 && (
    <tr aria-hidden="true" style={{ height: rows * height }}>
      <td colSpan={FLOW_COLUMNS.length} />
    </tr>
  );

function Table({ cold }: Pick<RunProps, 'cold'>) {
  const { hot } = useCalmFrame();
  const place = useRef<HTMLDivElement>(null);
  const count = cold.sockets.length;
  const { sight, look } = useSight(place, count);
  // a thousand rows with new numbers twelve times a second would take all the time there is
  const { first, last } = rowsInSight(count, sight);
  return (
    <div
      className="table-place"
      tabIndex={0}
      role="region"
      aria-label="Connections"
      data-keys="Home End"
      ref={place}
      onScroll={look}
    >
      <table aria-rowcount={count + 1}>
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
          <Gap rows={first} height={sight.row} />
          {flowRows(cold, hot, first, last).map((row, i) => (
            <tr key={row.socket} aria-rowindex={first + i + 2}>
              {FLOW_COLUMNS.map(({ key, numeric }) => (
                <td key={key} className={numeric ? 'numeric' : undefined}>
                  {row[key]}
                </td>
              ))}
            </tr>
          ))}
          <Gap rows={count - last} height={sight.row} />
        </tbody>
      </table>
    </div>
  );
}
