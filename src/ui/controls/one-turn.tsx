import type { ReactNode } from 'react';
import { Turn, useNewTurn } from './use-frame.ts';

/** All that is read inside shows one moment of the run: a number never stands beside a curve of another time. */
export function OneTurn({ children }: { readonly children: ReactNode }) {
  return <Turn value={useNewTurn()}>{children}</Turn>;
}
