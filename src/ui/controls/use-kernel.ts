import { useEffect, useState } from 'react';
import { type Btf, TYPES_TEXT } from '../../engine/index.ts';
import { kernelBtf } from '../../page/engine/kernel.ts';
import { useLab } from '../../page/store/lab.ts';

interface Opened {
  readonly kernel: string;
  readonly types: string | undefined;
  readonly btf: Btf;
}

/**
 * The kernel's types, including those that the run declares; null until loaded. The engine reports a failure to load
 * them.
 */
export function useKernel(): Btf | null {
  const kernel = useLab((state) => state.kernel);
  const types = useLab((state) => state.loaded[TYPES_TEXT]);
  const [opened, setOpened] = useState<Opened | null>(null);
  useEffect(() => {
    let ended = false;
    kernelBtf().then(
      (btf) => !ended && setOpened({ kernel, types, btf }),
      () => {},
    );
    return () => {
      ended = true;
    };
  }, [kernel, types]);
  return opened?.kernel === kernel && opened.types === types ? opened.btf : null;
}
