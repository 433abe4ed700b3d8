import { useEffect, useState } from 'react';
import type { Break } from '../../engine/index.ts';
import { ask } from '../../page/engine/engine.ts';

/** delay after the last key before the engine is asked, ms */
const PAUSE_MS = 150;

/** Error in the texts of a break; null when there is none or no answer yet. A null `spec` means a line's breakpoint. */
export function useConditionProblem(spec: Break | null, when: string, print: string): string | null {
  const [problem, setProblem] = useState<{ readonly key: string; readonly text: string | null } | null>(null);
  const isAsked = spec?.on === 'condition' || when !== '' || print !== '';
  const key = JSON.stringify([spec, when, print]);
  useEffect(() => {
    if (!isAsked) return;
    let isOver = false;
    const timer = setTimeout(() => {
      const [asked, itsWhen, itsPrint] = JSON.parse(key) as [Break | null, string, string];
      void ask('condition', { spec: asked, when: itsWhen, print: itsPrint }, 'condition').then((reply) => {
        if (!isOver && reply) setProblem({ key, text: reply.problem });
      });
    }, PAUSE_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [key, isAsked]);
  return isAsked && problem?.key === key ? problem.text : null;
}
