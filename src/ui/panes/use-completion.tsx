/* Completion of an input line by the engine, as in a shell: Tab adds what all fitting words share, and lists them. */
import { type KeyboardEvent, type RefObject, useState } from 'react';
import { ask } from '../../page/engine/engine.ts';

/** Whether a key completes: Tab without modifiers. On an empty line it moves the focus, as elsewhere. */
export const completes = (event: KeyboardEvent<HTMLInputElement>): boolean =>
  event.key === 'Tab' &&
  event.currentTarget.value !== '' &&
  !(event.shiftKey || event.ctrlKey || event.metaKey || event.altKey);

export interface Completion {
  /** words that fit, when there are several */
  readonly offered: readonly string[];
  readonly complete: () => void;
  /** Hides the words, when the line is another one. */
  readonly forget: () => void;
}

/** `open`: endings after which a finished word is not followed by a space. */
export function useCompletion(
  question: 'complete' | 'completeQuery',
  input: RefObject<HTMLInputElement | null>,
  setText: (text: string) => void,
  open: RegExp = /^$/,
): Completion {
  const [offered, setOffered] = useState<readonly string[]>([]);
  const complete = async (): Promise<void> => {
    const before = input.current?.value ?? '';
    const found = await ask(question, { text: before });
    // the line may have changed meanwhile
    if (!found || input.current?.value !== before) return;
    const { from, words, shared } = found;
    if (words.length > 0)
      setText(before.slice(0, from) + shared + (words.length === 1 && !open.test(shared) ? ' ' : ''));
    setOffered(words.length > 1 ? words : []);
  };
  return { offered, complete: () => void complete(), forget: () => setOffered([]) };
}

export function Offered({ words }: { readonly words: readonly string[] }) {
  if (words.length === 0) return null;
  return (
    <p className="note mono" role="status">
      {words.join('  ')}
    </p>
  );
}
