/* Earlier lines of the console: kept by the browser, recalled one by one. */
import { useRef, useState } from 'react';
import { load, save } from '../../page/store/storage.ts';

const KEPT = 'console.lines';
const MOST_KEPT = 200;

function keptLines(): readonly string[] {
  const kept = load(KEPT);
  return Array.isArray(kept) ? kept.filter((line): line is string => typeof line === 'string').slice(-MOST_KEPT) : [];
}

export interface Recall {
  /** Adds a line as the newest. */
  readonly keep: (line: string) => void;
  /** The line before (1) or after (-1) the recalled one; after the newest, the text typed before recalling. */
  readonly walk: (direction: 1 | -1, text: string) => string;
  /** Ends recalling: the text is a new line. */
  readonly leave: () => void;
}

export function useRecall(): Recall {
  const [lines, setLines] = useState(keptLines);
  /** position in the history, counted back; 0: a new line */
  const [back, setBack] = useState(0);
  const draft = useRef('');
  return {
    keep: (line) => {
      const next = [...lines.filter((other) => other !== line), line].slice(-MOST_KEPT);
      setLines(next);
      save(KEPT, next);
      setBack(0);
    },
    walk: (direction, text) => {
      const to = Math.min(Math.max(back + direction, 0), lines.length);
      if (back === 0) draft.current = text;
      setBack(to);
      return to === 0 ? draft.current : (lines[lines.length - to] ?? '');
    },
    leave: () => setBack(0),
  };
}
