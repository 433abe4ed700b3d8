import { type RefObject, useEffect, useState } from 'react';

/** What `measure` says of an element, again whenever its size or content changes; `first` until it is drawn. `measure` must stay the same. */
export function useMeasured<T>(
  element: RefObject<HTMLElement | null>,
  first: T,
  measure: (element: HTMLElement) => T,
): T {
  const [measured, setMeasured] = useState<T>(first);
  useEffect(() => {
    const { current } = element;
    if (!current) return;
    const look = (): void => setMeasured(measure(current));
    const size = new ResizeObserver(look);
    const content = new MutationObserver(look);
    size.observe(current);
    content.observe(current, { childList: true, characterData: true, subtree: true });
    return () => {
      size.disconnect();
      content.disconnect();
    };
  }, [element, measure]);
  return measured;
}
