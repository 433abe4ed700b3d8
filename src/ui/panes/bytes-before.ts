/* Bytes before the last step, to mark what it changed. */
import { useMemo } from 'react';
import { currentMotion, type Frame } from '../../page/frame-source.ts';

type Before = (frame: Frame) => Uint8Array | null;

function remember(address: number, length: number): Before {
  let shown: Frame | null = null;
  let earlier: Frame | null = null;
  return (frame) => {
    if (frame !== shown) {
      if (frame.hot.event !== shown?.hot.event) earlier = shown;
      shown = frame;
    }
    return currentMotion() === 'step' ? (earlier?.bytes({ address, length }) ?? null) : null;
  };
}

/** Compares steps only: while playing or scrubbing, everything changes. */
export const useBefore = (address: number, length: number): Before =>
  useMemo(() => remember(address, length), [address, length]);
