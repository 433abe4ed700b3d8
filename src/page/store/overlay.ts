/* Which sheet lies over the page. */
import { create } from 'zustand';
import type { SheetName } from './sheets.ts';

export type Overlay = SheetName | null;

interface Overlays {
  readonly overlay: Overlay;
  /** a talk was begun, and may be live on the page */
  readonly talking: boolean;
  /** the one view of a page that stands in a slide; null: the whole page */
  readonly embed: string | null;
}

export const useOverlay = create<Overlays>(() => ({ overlay: null, talking: false, embed: null }));

/** What is typed from now on is meant for the sheet, which may still be on its way. */
export function showOverlay(overlay: Overlay): void {
  if (overlay !== null && document.activeElement instanceof HTMLElement) document.activeElement.blur();
  useOverlay.setState(overlay === 'stage' ? { overlay, talking: true } : { overlay });
}
