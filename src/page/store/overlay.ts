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

/** What had the focus before the sheets; a sheet that the palette opened leads back to before the palette. */
let before: HTMLElement | null = null;

/** Shows a sheet; typed keys are for the sheet from now on, even while it is loading. */
export function showOverlay(overlay: Overlay): void {
  const { activeElement } = document;
  if (overlay !== null && activeElement instanceof HTMLElement && activeElement !== document.body) {
    if (useOverlay.getState().overlay === null) before = activeElement;
    activeElement.blur();
  }
  useOverlay.setState({ overlay, typed: '', ...(overlay === 'stage' ? { talking: true } : {}) });
}

/** Keys typed after a command are the page's, so the focus does not go back into a text. */
const isText = (element: HTMLElement): boolean => element.closest('input, textarea, .editor') !== null;

/**
 * After a command of the palette: gives the focus back to what had it, unless that is a text, the command moved the focus, or a sheet stands
 * that will give it back.
 */
export function returnFocus(): void {
  if (useOverlay.getState().overlay !== null) return;
  const to = before;
  before = null;
  if (to && !isText(to)) giveBack(to);
}

/** Closes the sheet, as its user wants, and gives the focus back to what had it. */
export function dismissOverlay(): void {
  const to = before;
  showOverlay(null);
  before = null;
  if (to) giveBack(to);
}

/** Frames until a closed sheet is surely gone from the page. */
const FRAMES = 10;

function giveBack(to: HTMLElement, frames = FRAMES): void {
  requestAnimationFrame(() => {
    const { activeElement } = document;
    if (useOverlay.getState().overlay !== null || !to.isConnected) return;
    if (activeElement === null || activeElement === document.body) to.focus({ preventScroll: true });
    // the sheet still has it
    else if (activeElement.closest('[role="dialog"]') && frames > 0) giveBack(to, frames - 1);
  });
}
