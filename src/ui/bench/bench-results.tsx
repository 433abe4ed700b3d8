/* Results of the bench: the open run and earlier ones, side by side. */
import { useEffect } from 'react';
import { create } from 'zustand';
import type { Measured, Scenario } from '../../engine/index.ts';
import { useLab } from '../../page/store/lab.ts';
import { rateText } from '../../views/words.ts';
import { SUMMARY_ROWS, summary } from '../../views/bench/summary.ts';
import { useAnswer } from '../controls/use-answer.ts';

interface Result {
  /** the worker's number of the run */
  readonly run: number;
  readonly title: string;
  readonly measured: Measured;
}

/** Most results side by side; more would not fit. */
const MOST_RESULTS = 4;

const useResults = create<{ readonly results: readonly Result[] }>(() => ({ results: [] }));

function keep(result: Result): void {
  const others = useResults.getState().results.filter(({ run }) => run !== result.run);
  useResults.setState({ results: [result, ...others].slice(0, MOST_RESULTS) });
}

const titleOf = ({ path, seed }: Scenario): string =>
  `${rateText(path.rateBps)}, ${(path.delayNs * 2) / 1e6} ms, queue ${path.queuePackets}, seed ${seed}`;

export function BenchResults() {
  const { results } = useResults();
  const scenario = useLab((state) => state.scenario);
  const known = useLab((state) => (state.history?.until ?? 0) >= (state.scenario?.until ?? 0));
  const isBench = scenario?.id === 'bench';
  if (!isBench && results.length === 0) return null;
  return (
    <section className="bench-results" aria-label="Results" aria-live="polite">
      {isBench && known && <MeasureNow scenario={scenario} />}
      {isBench && !known && <p role="status">The run is being computed.</p>}
      {results.map((result, i) => (
        <ResultTable key={result.run} result={result} before={i > 0} />
      ))}
    </section>
  );
}

function MeasureNow({ scenario }: { readonly scenario: Scenario }) {
  const run = useLab(({ answers }) => answers.run);
  const job = useLab((state) => state.job);
  const measured = useAnswer('measure', { until: scenario.until });
  useEffect(() => {
    if (measured) keep({ run, title: titleOf(scenario), measured });
  }, [measured, run, scenario]);
  if (measured) return null;
  const share = job?.progress ?? null;
  return <p role="status">Measuring{share === null ? '' : `: ${Math.round(share * 100)} %`}</p>;
}

function ResultTable({ result: { title, measured }, before }: { readonly result: Result; readonly before: boolean }) {
  const columns = summary(measured);
  return (
    <div className="table-place" tabIndex={0} role="region" aria-label={`${before ? 'Earlier: ' : ''}${title}`}>
      <table>
        <caption>
          {before ? 'Earlier: ' : ''}
          {title}
        </caption>
        <thead>
          <tr>
            <td />
            {columns.map((column) => (
              <th key={column.title} scope="col" className="numeric mono">
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {SUMMARY_ROWS.map(([words, meaning], row) => (
            <tr key={words}>
              <th scope="row" title={meaning}>
                {words}
              </th>
              {columns.map((column) => (
                <td key={column.title} className="numeric">
                  {column.cells[row]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
