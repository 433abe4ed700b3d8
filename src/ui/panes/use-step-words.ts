import { useCallback, useEffect, useMemo, useState } from 'react';
import { errnoName } from '../../engine/index.ts';
import type { Words } from '../../views/words.ts';

type StepText = (call: string, step: string) => string | null;

/** An id as words, until the text is here and where there is none. */
const spelledOut = (id: string): string => id.replaceAll('-', ' ');

/** Words for the steps of any call. */
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

/** Words for the steps of a call. */
export function useStepWords(call: string): Words {
  const text = useStepText();
  return useMemo(() => ({ step: (id) => text(call, id), errno: errnoName }), [text, call]);
}
