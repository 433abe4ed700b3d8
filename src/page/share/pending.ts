/* A lab from a link that brings programs of somebody else: it waits for the user's word, and nothing of it has run. */
import { create } from 'zustand';

export interface PendingLab {
  /** texts that came with it */
  readonly names: readonly string[];
  readonly run: () => void;
}

export const usePending = create<{ readonly pending: PendingLab | null }>(() => ({ pending: null }));

export const setPending = (pending: PendingLab | null): void => usePending.setState({ pending });
