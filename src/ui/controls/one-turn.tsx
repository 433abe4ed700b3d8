import type { ReactNode } from 'react';
import { Turn, useNewTurn } from './use-frame.ts';

/** Makes all views inside show the same moment of the run, so that numbers and curves agree. */
export function OneTurn({ children }: { readonly children: ReactNode }) {
  return <Turn value={useNewTurn()}>{children}</Turn>;
}
