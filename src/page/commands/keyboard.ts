/* Key presses become commands. What is typed into an editor or an input stays there. */
import { choices } from '../store/choices.ts';
import { useOverlay } from '../store/overlay.ts';
import { isSingle, keyOf } from './keys.ts';
import { commandByKey, isEnabled } from './registry.ts';

const TYPING = 'input, textarea, select, [contenteditable="true"], .monaco-editor';
/** These act by Space, Home, End and the like themselves. */
const ACTS =
  'button, a, summary, [role="button"], [role="tab"], [role="menuitem"], [role="separator"], [role="slider"]';
/** A list that is walked by letters names them: `data-keys="N P"`. */
const KEPT = 'data-keys';
const OWN_KEYS = new Set(['Space', 'Enter', 'Home', 'End']);
/** Where text is typed these are the text's own. */
const TEXT_KEYS = new Set(['Ctrl+Z', 'Ctrl+Shift+Z', 'Ctrl+Y', 'Escape']);
/** What opens over the page goes with Escape before anything else. */
const CLOSES = '[role="menu"], [role="dialog"], [popover]';

function takes(target: Element, key: string): boolean {
  if (target.closest(TYPING)) return !isSingle(key) && !OWN_KEYS.has(key) && !TEXT_KEYS.has(key);
  if (OWN_KEYS.has(key) && target.closest(ACTS)) return false;
  if (key === 'Escape' && target.closest(CLOSES)) return false;
  const kept = target.closest(`[${KEPT}]`)?.getAttribute(KEPT);
  if (kept?.split(' ').includes(key) === true) return false;
  return choices().letterKeys || !isSingle(key);
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || useOverlay.getState().overlay !== null) return;
  const key = keyOf(event);
  const command = commandByKey(key);
  if (!command || !(event.target instanceof Element) || !takes(event.target, key)) return;
  event.preventDefault();
  event.stopPropagation();
  if (isEnabled(command)) command.run({});
}

/** Before Monaco sees them: F9, F10 and the like mean the same everywhere. */
export const listenToKeys = (): void => window.addEventListener('keydown', onKeyDown, { capture: true });
