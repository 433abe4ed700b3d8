/* The help: a page for every view, term, error number, check and problem, with a search. */
import { useState } from 'react';
import { HELP_KINDS, type HelpKind, type HelpPage } from '../../page/help/page.ts';
import { findPages, pageFor } from '../../page/help/pages.ts';
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
  const page = pageFor(asked);
  const [query, setQuery] = useState(page ? '' : asked);
  const [kind, setKind] = useState<HelpKind | null>(null);
  const [pinned, setPinned] = useState(page);
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
        <Kinds
          chosen={kind}
          onChoose={(next) => {
            setKind(next);
            setPinned(null);
          }}
        />
        <p className="note" role="status">
          {pinned ? '1 page' : `${found.length} pages`}
          {pinned === null && found.length > MOST ? `; the first ${MOST} are shown` : ''}
        </p>
        {shown.length === 0 && <p>No page has that. Try one word, such as “grace” or “EINVAL”.</p>}
        <Pages pages={shown} />
        {pinned && (
          <button type="button" className="button" onClick={() => setPinned(null)}>
            All pages
          </button>
        )}
      </div>
    </Sheet>
  );
}

interface KindsProps {
  readonly chosen: HelpKind | null;
  readonly onChoose: (kind: HelpKind | null) => void;
}

/** Limits the pages to one kind; the chosen one again shows all. */
function Kinds({ chosen, onChoose }: KindsProps) {
  return (
    <div className="row" role="group" aria-label="Kinds of pages">
      {HELP_KINDS.map((one) => (
        <button
          key={one}
          type="button"
          className="button small"
          aria-pressed={one === chosen}
          onClick={() => onChoose(one === chosen ? null : one)}
        >
          {KIND_TITLES[one]}
        </button>
      ))}
    </div>
  );
}

/** Kinds whose pages are found by another name than their title, such as EINVAL. */
const NAMED: ReadonlySet<HelpKind> = new Set(['errno', 'error']);

function Pages({ pages }: { readonly pages: readonly HelpPage[] }) {
  return (
    <dl className="help-pages">
      {pages.map(({ id, kind, title, text }) => {
        const name = id.slice(kind.length + 1);
        return (
          <div key={id}>
            <dt>
              {title}
              {name !== title && NAMED.has(kind) && <span className="mono note"> {name}</span>}
            </dt>
            <dd>{text}</dd>
          </div>
        );
      })}
    </dl>
  );
}
