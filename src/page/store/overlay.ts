/* Which sheet lies over the page. */
import { create } from 'zustand';

/** Sheets by name; each is fetched when it is first shown. */
export type SheetName = 'palette' | 'keys' | 'rename' | 'share' | 'labs';

export type Overlay = SheetName | null;

export const useOverlay = create<{ readonly overlay: Overlay }>(() => ({ overlay: null }));

/** What is typed from now on is meant for the sheet, which may still be on its way. */
export function showOverlay(overlay: Overlay): void {
  if (overlay !== null && document.activeElement instanceof HTMLElement) document.activeElement.blur();
  useOverlay.setState({ overlay });
}
