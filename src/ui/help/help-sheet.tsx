/* The help: a page for every view, term, error number, check and problem, with a search. */
import { useState } from 'react';
import { HELP_KINDS, type HelpKind, type HelpPage } from '../../page/help/page.ts';
import { findPages, HELP_PAGES } from '../../page/help/pages.ts';
import { useHelp } from '../../page/store/help.ts';
import { Sheet } from '../controls/sheet.tsx';
import './help.css';

const KIND_TITLES: Readonly<Record<HelpKind, string>> = {
  view: 'Views',
  term: 'Glossary',
  errno: 'Error numbers',
  check: 'Checks of the kernel',
  error: 'Problems of a text',
};

/** Most pages listed; searching finds the others. */
const MOST = 60;

export function HelpSheet() {
  const asked = useHelp((state) => state.query);
  const page = HELP_PAGES.find(({ id }) => id === asked);
  const [query, setQuery] = useState(page ? '' : asked);
  const [kind, setKind] = useState<HelpKind | null>(null);
  const [pinned, setPinned] = useState<HelpPage | null>(page ?? null);
  const found = findPages(query).filter((one) => kind === null || one.kind === kind);
  const shown = pinned ? [pinned] : found.slice(0, MOST);
  const search = (text: string): void => {
    setQuery(text);
    setPinned(null);
  };
  return (
    <Sheet title="Help">
      <div className="form">
        <input
          type="text"
          aria-label="Search the help"
          placeholder="A word, an error number, a check"
          value={query}
          onChange={(event) => search(event.target.value)}
        />
        <div className="row" role="group" aria-label="Kinds of pages">
          {HELP_KINDS.map((one) => (
            <button
              key={one}
              type="button"
              className="button small"
              aria-pressed={one === kind}
              onClick={() => {
                setKind(one === kind ? null : one);
                setPinned(null);
              }}
            >
              {KIND_TITLES[one]}
            </button>
          ))}
        </div>
        <p className="note" role="status">
          {pinned ? '1 page' : `${found.length} pages`}
          {pinned === null && found.length > MOST ? `; the first ${MOST} are shown` : ''}
        </p>
        {shown.length === 0 && <p>No page has that. Try one word, such as “grace” or “EINVAL”.</p>}
        <dl className="help-pages">
          {shown.map(({ id, kind: of, title, text }) => (
            <div key={id}>
              <dt>
                {title}
                {id.slice(of.length + 1) !== title && (of === 'errno' || of === 'error') && (
                  <span className="mono note"> {id.slice(of.length + 1)}</span>
                )}
              </dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
        {pinned && (
          <button type="button" className="button" onClick={() => setPinned(null)}>
            All pages
          </button>
        )}
      </div>
    </Sheet>
  );
}
