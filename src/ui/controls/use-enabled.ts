import { useSyncExternalStore } from 'react';
import { commandById, isEnabled, subscribeEnabled } from '../../page/commands/registry.ts';

/** Whether a command can run now. */
export const useEnabled = (id: string): boolean =>
  useSyncExternalStore(subscribeEnabled, () => isEnabled(commandById(id)));
