import { useEffect, useState } from 'react';
import type { Btf } from '../../engine/index.ts';
import { kernelBtf } from '../engine/kernel.ts';
import { useLab } from '../store/lab.ts';

/** The kernel's types; null until they are here. That they cannot be had is told where the engine needs them. */
export function useKernel(): Btf | null {
  const kernel = useLab((state) => state.kernel);
  const [opened, setOpened] = useState<{ readonly kernel: string; readonly btf: Btf } | null>(null);
  useEffect(() => {
    let ended = false;
    kernelBtf().then(
      (btf) => !ended && setOpened({ kernel, btf }),
      () => {},
    );
    return () => {
      ended = true;
    };
  }, [kernel]);
  return opened?.kernel === kernel ? opened.btf : null;
}
