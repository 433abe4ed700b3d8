/* The ledger of the selected map's references: each count is the sum of its rows. */
import { timeText } from '../../views/words.ts';
import { ledgerOf, type LedgerRow } from '../../views/ledger/ledger.ts';
import { runCommand } from '../../page/commands/registry.ts';
import { useCalmFrame } from '../controls/use-frame.ts';
import { useChoices } from '../../page/store/choices.ts';
import { useLab } from '../../page/store/lab.ts';
import './ledger.css';

export function LedgerTab() {
  const cold = useLab((state) => state.cold);
  const history = useLab((state) => state.history);
  const letter = useChoices((state) => state.selection.map);
  const { hot } = useCalmFrame();
  const maps = cold?.maps ?? [];
  const map = maps.find((one) => one.letter === letter) ?? maps.at(-1);
  if (!map || !history) return <p className="placeholder">No map yet: a map's first reference is its registration.</p>;
  const { rows, sum, keepers } = ledgerOf(map, history, hot.event);
  return (
    <div className="listing" tabIndex={0} role="region" aria-label={`References of map ${map.letter}`}>
      <h3>
        Map {map.letter} has {sum} {sum === 1 ? 'reference' : 'references'}
      </h3>
      <p className="note">
        Taken and given back, in order; the count is their sum. Press a row to go to the moment it was written.
      </p>
      {rows.length === 0 && <p className="note">Nobody has held it yet.</p>}
      <ol className="ledger">
        {rows.map((row) => (
          <Row key={row.key} row={row} />
        ))}
      </ol>
      <h3>Kept open, not counted</h3>
      {keepers.length === 0 && <p className="note">No fd and no pin: only references keep it.</p>}
      <ul>
        {keepers.map(({ who, event }, i) => (
          <li key={i}>
            <button type="button" className="row-button mono" onClick={() => runCommand('time.event', { event })}>
              {who}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Row({ row }: { readonly row: LedgerRow }) {
  const { event, time, who, change, sum, by, open, future } = row;
  return (
    <li data-open={open} data-future={future}>
      <button type="button" className="row-button" onClick={() => runCommand('time.event', { event })}>
        <span className="change mono">{change > 0 ? '+1' : '−1'}</span>
        <span className="who">
          {who}
          {open && <span className="note"> holds it</span>}
          {future && <span className="note"> not yet</span>}
        </span>
        <span className="sum mono">{sum}</span>
        <span className="note by">
          {timeText(time)}, {by ?? 'by the stack, between calls'}
        </span>
      </button>
    </li>
  );
}
