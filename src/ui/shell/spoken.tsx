import { useEffect, useRef, useState } from 'react';
import { spokenTransition } from '../../views/lifecycle/lifecycle.ts';
import type { ColdSnapshot } from '../../engine/index.ts';
import { useLab } from '../../page/store/lab.ts';

/** What is different between two moments, in words. */
function changes(before: ColdSnapshot, now: ColdSnapshot): string[] {
  return now.maps.flatMap((map) => {
    const old = before.maps.find(({ letter }) => letter === map.letter);
    if (old?.state !== map.state) {
      return [spokenTransition({ time: 0, event: 0, map: map.letter, from: old?.state ?? null, to: map.state }, map)];
    }
    const count = `${map.refcnt} ${map.refcnt === 1 ? 'reference' : 'references'}`;
    return old.refcnt === map.refcnt ? [] : [`Map ${map.letter}: ${count}`];
  });
}

/** Speaks each transition and each caption to a screen reader. */
export function Spoken() {
  const cold = useLab((state) => state.cold);
  const history = useLab((state) => state.history);
  const last = useRef(cold);
  const [said, setSaid] = useState('');
  useEffect(() => {
    const before = last.current;
    last.current = cold;
    if (!before || !cold || before.scenario.id !== cold.scenario.id) return;
    const caption =
      cold.lastCaption === before.lastCaption
        ? undefined
        : history?.captions.find(({ n }) => n === cold.lastCaption)?.text;
    const words = [...changes(before, cold), ...(caption ? [caption] : [])];
    if (words.length > 0) setSaid(words.join('. '));
  }, [cold, history]);
  return (
    <div className="spoken" role="status" aria-live="polite">
      {said}
    </div>
  );
}
