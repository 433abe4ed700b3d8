/* The difference of two times, or of two branches: one list in parts; each row leads to the event that changed it. */
import { Fragment } from 'react';
import { type DiffAnswer, type DiffAspect, type DiffRow, subjectWords, valueWords } from '../../engine/index.ts';
import { ASPECT_WORDS } from '../../views/ask/diff.ts';
import { runCommand } from '../../page/commands/registry.ts';

const HEADS = ['of', 'what', 'before', 'after', 'changed last by'];

export function Differences({ diff: { rows, left } }: { readonly diff: DiffAnswer }) {
  if (rows.length === 0) return <p role="status">Nothing differs.</p>;
  const aspects = [...new Set(rows.map(({ aspect }) => aspect))];
  return (
    <>
      <table aria-label="Differences" className="differences">
        <thead>
          <tr>
            {HEADS.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {aspects.map((aspect) => (
            <Fragment key={aspect}>
              <Head aspect={aspect} />
              {rows
                .filter((row) => row.aspect === aspect)
                .map((row, i) => (
                  <Row key={i} row={row} />
                ))}
            </Fragment>
          ))}
        </tbody>
      </table>
      {left > 0 && <p className="note">{left} rows more are not listed: take times that are closer.</p>}
    </>
  );
}

const Head = ({ aspect }: { readonly aspect: DiffAspect }) => (
  <tr>
    <th scope="rowgroup" colSpan={HEADS.length}>
      {ASPECT_WORDS[aspect]}
    </th>
  </tr>
);

function Row({ row: { subject, what, before, after, by } }: { readonly row: DiffRow }) {
  return (
    <tr>
      <th scope="row">{subjectWords(subject)}</th>
      <td className="mono">{what}</td>
      <td className="mono">{valueWords(before)}</td>
      <td className="mono">{valueWords(after)}</td>
      <td>
        {by && (
          <button
            type="button"
            className="row-button mono"
            title={`To event ${by.event}`}
            onClick={() => runCommand('time.moment', { time: by.time, event: by.event })}
          >
            {by.words}
          </button>
        )}
      </td>
    </tr>
  );
}
