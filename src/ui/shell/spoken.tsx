import { useEffect, useRef, useState } from 'react';
import { spokenTransition } from '../../views/lifecycle/lifecycle.ts';
import type { ColdSnapshot } from '../../engine/index.ts';
import { currentFrame } from '../../page/frame-source.ts';
import { choices } from '../../page/store/choices.ts';
import { type LabState, useLab } from '../../page/store/lab.ts';
import { stopWords } from '../../views/stop.ts';
import { timeText } from '../../views/words.ts';

/** Sentences about changes between two snapshots. */
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

/** Sentence about a stop: where, and why. */
function stopSentence({ cpu, playing }: LabState, before: LabState): string | null {
  if (playing) return null;
  const { time } = currentFrame().hot;
  if (cpu === null) return before.playing ? `Paused at ${timeText(time)}` : null;
  const { text, line, pc } = cpu;
  const isBreak = choices().breakpoints.some((one) => one.text === text && one.line === line);
  const why = before.playing ? (isBreak ? 'Stopped at a breakpoint' : 'Stopped') : 'Stepped';
  return `${why}: ${text} line ${line + 1}, instruction ${pc}; ${stopWords(cpu, time)}`;
}

/** Speaks each transition, each caption and each stop to a screen reader. */
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
  useEffect(
    () =>
      useLab.subscribe((now, then) => {
        if (now.cpu === then.cpu && now.playing === then.playing) return;
        const sentence = stopSentence(now, then);
        if (sentence !== null) setSaid(sentence);
      }),
    [],
  );
  return (
    <div className="spoken" role="status" aria-live="polite">
      {said}
    </div>
  );
}
