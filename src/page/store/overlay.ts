/* The sheet shown over the page. */
import { create } from 'zustand';
import type { SheetName } from './sheets.ts';

export type Overlay = SheetName | null;

interface Overlays {
  readonly overlay: Overlay;
  /** letters typed for the palette before it stood */
  readonly typed: string;
  /** a talk has started, and may be live on the page */
  readonly talking: boolean;
  /** the single view shown in a slide; null: the whole page */
  readonly embed: string | null;
}

export const useOverlay = create<Overlays>(() => ({ overlay: null, typed: '', talking: false, embed: null }));

/** Shows a sheet; typed keys are for the sheet from now on, even while it is loading. */
export function showOverlay(overlay: Overlay): void {
  if (overlay !== null && document.activeElement instanceof HTMLElement) document.activeElement.blur();
  useOverlay.setState({ overlay, typed: '', ...(overlay === 'stage' ? { talking: true } : {}) });
}
