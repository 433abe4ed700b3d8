import { useCallback, useEffect, useMemo, useState } from 'react';
import { errnoName } from '../../engine/index.ts';
import type { Words } from '../../views/words.ts';

type StepText = (call: string, step: string) => string | null;

/** Spells a step's id as words: shown until its text is loaded, and for a step without text. */
const spelledOut = (id: string): string => id.replaceAll('-', ' ');

/** Texts of the steps of any call. */
export function useStepText(): (call: string, step: string) => string {
  const [stepText, setStepText] = useState<StepText | null>(null);
  useEffect(() => {
    let ended = false;
    import('./step-texts.ts').then(
      (texts) => !ended && setStepText(() => texts.stepText),
      () => {},
    );
    return () => {
      ended = true;
    };
  }, []);
  return useCallback((call, step) => stepText?.(call, step) ?? spelledOut(step), [stepText]);
}

/** Texts of the steps of one call. */
export function useStepWords(call: string): Words {
  const text = useStepText();
  return useMemo(() => ({ step: (id) => text(call, id), errno: errnoName }), [text, call]);
}
