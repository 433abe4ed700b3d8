/* A lab from a link with programs of somebody else, which waits for the user's consent before anything runs. */
import { create } from 'zustand';

export interface PendingLab {
  /** texts that came with it */
  readonly names: readonly string[];
  readonly run: () => void;
}

export const usePending = create<{ readonly pending: PendingLab | null }>(() => ({ pending: null }));

export const setPending = (pending: PendingLab | null): void => usePending.setState({ pending });
