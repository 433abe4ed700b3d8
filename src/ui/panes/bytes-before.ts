/* Bytes as they were before the last step, to mark what it changed. */
import { useMemo } from 'react';
import { currentMotion, type Frame } from '../frame-source.ts';

type Before = (frame: Frame) => Uint8Array | null;

/** Only steps are compared: while the machine plays or is scrubbed, everything changes. */
export function useBefore(address: number, length: number): Before {
  return useMemo(() => {
    let shown: Frame | null = null;
    let earlier: Frame | null = null;
    return (frame) => {
      if (frame !== shown) {
        if (frame.hot.event !== shown?.hot.event) earlier = shown;
        shown = frame;
      }
      return currentMotion() === 'step' ? (earlier?.bytes({ address, length }) ?? null) : null;
    };
  }, [address, length]);
}
