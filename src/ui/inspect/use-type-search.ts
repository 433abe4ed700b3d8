/* State of the search box: the text, what it finds, and the row that the keys have reached. */
import { useMemo, useState } from 'react';
import { type TypeRef, useInspect } from '../../page/store/inspect.ts';
import { useLab } from '../../page/store/lab.ts';
import { findMembers } from './find-members.ts';
import { type Found, findFields, findTypes, narrowed, type Searched } from './find-types.ts';
import { askWhole, useWhole, type Whole } from './whole.ts';

interface Asked {
  readonly text: string;
  readonly searched: Searched;
  readonly found: Found;
}

/** Searches, unless the earlier hits can be narrowed. */
function ask(text: string, searched: Searched, before: Asked | null): Asked {
  const less = before?.searched === searched ? narrowed(before.found, text) : null;
  return { text, searched, found: less ?? findTypes(text, searched) };
}

export interface TypeSearch {
  readonly kernel: string;
  /** all types of the kernel; null before the first search */
  readonly whole: Whole | null;
  readonly text: string;
  readonly found: readonly TypeRef[];
  /** index of the row chosen by the keys */
  readonly current: number;
  /** whether the hits are shown */
  readonly open: boolean;
  readonly show: () => void;
  readonly type: (text: string) => void;
  readonly step: (rows: number) => void;
  readonly close: () => void;
}

/** `fields`: paths of the shown type; a leading dot searches among them. */
export function useTypeSearch(fields: readonly string[]): TypeSearch {
  const kernel = useLab((state) => state.kernel);
  const files = useInspect((state) => state.files);
  const recent = useInspect((state) => state.recent);
  const whole = useWhole(kernel);
  const types = whole?.status === 'here' ? whole.types : null;
  const searched = useMemo(() => ({ kernel: types, files }), [types, files]);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const text = asked?.text ?? '';
  // search again when more types are loaded
  const hits = useMemo(
    () => (asked?.searched === searched ? asked : ask(asked?.text ?? '', searched, null)).found.hits,
    [asked, searched],
  );
  const found = useMemo(() => {
    if (text.startsWith('.')) return findFields(text.slice(1), fields);
    if (text.trim() === '') return recent;
    return types ? [...hits, ...findMembers(text, types.btf)] : hits;
  }, [text, fields, recent, hits, types]);
  const current = Math.min(at, found.length - 1);
  const show = (): void => {
    setOpen(true);
    askWhole(kernel);
  };
  const type = (next: string): void => {
    setAsked(ask(next, searched, asked));
    setAt(0);
    show();
  };
  const close = (): void => {
    setOpen(false);
    setAsked(null);
    setAt(0);
  };
  const step = (rows: number): void => setAt(Math.max(0, Math.min(found.length - 1, current + rows)));
  return { kernel, whole, text, found, current, open, show, type, step, close };
}
