import { useEffect, useState } from 'react';
import type { Btf } from '../../engine/index.ts';
import { kernelBtf } from '../engine/kernel.ts';

/** The kernel's types; null until they are here. That they cannot be had is told where the engine needs them. */
export function useKernel(): Btf | null {
  const [btf, setBtf] = useState<Btf | null>(null);
  useEffect(() => {
    let ended = false;
    kernelBtf().then(
      (opened) => !ended && setBtf(opened),
      () => {},
    );
    return () => {
      ended = true;
    };
  }, []);
  return btf;
}
