/* What the help opens with. */
import { create } from 'zustand';
import { showOverlay } from './overlay.ts';

export const useHelp = create<{ readonly query: string }>(() => ({ query: '' }));

/** Opens the help at a page, by its id, or with a query. */
export function openHelp(query: string): void {
  useHelp.setState({ query });
  showOverlay('help');
}
