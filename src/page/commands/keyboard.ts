/* Turns key presses into commands, except those typed into an editor or input. */
import { runWaiting } from './soon.ts';
import { choices } from '../store/choices.ts';
import { useOverlay } from '../store/overlay.ts';
import { isSingle, keyOf } from './keys.ts';
import { commandByKey, isEnabled } from './registry.ts';

const TYPING = 'input, textarea, select, [contenteditable="true"], .monaco-editor';
/** Elements that handle Space, Home, End and similar keys themselves. */
const ACTS =
  'button, a, summary, [role="button"], [role="tab"], [role="menuitem"], [role="separator"], [role="slider"]';
/** Attribute of what has keys of its own, as a list with letters or a place that scrolls, naming them: `data-keys="N P"`. */
const KEPT = 'data-keys';
const OWN_KEYS = new Set(['Space', 'Enter', 'Home', 'End']);
/** Keys that belong to the text while typing. */
const TEXT_KEYS = new Set(['Ctrl+Z', 'Ctrl+Shift+Z', 'Ctrl+Y', 'Escape']);
/** Elements over the page that Escape closes first. */
const CLOSES = '[role="menu"], [role="dialog"], [popover]';

function takes(target: Element, key: string): boolean {
  if (target.closest(TYPING)) return !isSingle(key) && !OWN_KEYS.has(key) && !TEXT_KEYS.has(key);
  if (OWN_KEYS.has(key) && target.closest(ACTS)) return false;
  if (key === 'Escape' && target.closest(CLOSES)) return false;
  const kept = target.closest(`[${KEPT}]`)?.getAttribute(KEPT);
  if (kept?.split(' ').includes(key) === true) return false;
  return choices().letterKeys || !isSingle(key);
}

/** Keeps a letter that is typed while the palette is not ready to take it: it may still be loading. */
function keepForPalette(event: KeyboardEvent): void {
  const { typed } = useOverlay.getState();
  const isLetter = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (!isLetter || (event.target instanceof Element && event.target.closest('[role="dialog"] input'))) return;
  event.preventDefault();
  useOverlay.setState({ typed: typed + event.key });
}

function onKeyDown(event: KeyboardEvent): void {
  runWaiting();
  const { overlay } = useOverlay.getState();
  if (event.defaultPrevented || event.isComposing) return;
  if (overlay === 'palette') keepForPalette(event);
  if (overlay !== null) return;
  const key = keyOf(event);
  const command = commandByKey(key);
  if (!command || !(event.target instanceof Element) || !takes(event.target, key)) return;
  event.preventDefault();
  event.stopPropagation();
  if (isEnabled(command)) command.run({});
}

/** Listens in the capture phase, before Monaco, so that F9, F10 and similar keys mean the same everywhere. */
export const listenToKeys = (): void => window.addEventListener('keydown', onKeyDown, { capture: true });
