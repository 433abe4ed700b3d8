/* Monaco's theme from the page's tokens: one file owns the colours. */
import { isHighContrast, isLight, onTheme } from '../page/store/theme.ts';
import { monaco } from './monaco.ts';

const NAME = 'ops-play';

const HEX = /^#[\da-f]{6}$/i;

/** Expands short colours such as `#fff`, which minified style sheets contain. */
const sixDigits = (value: string): string => value.replace(/^#(.)(.)(.)$/, '#$1$1$2$2$3$3');

/** Tokens as Monaco takes them; names of system colours (forced colours) are left to Monaco's own theme. */
function colours(names: Readonly<Record<string, string>>): Record<string, string> {
  const style = getComputedStyle(document.documentElement);
  const found = Object.entries(names).map(
    ([key, token]) => [key, sixDigits(style.getPropertyValue(token).trim())] as const,
  );
  return Object.fromEntries(found.filter(([, value]) => HEX.test(value)));
}

const TOKENS = {
  keyword: '--syntax-keyword',
  number: '--syntax-number',
  string: '--syntax-number',
  comment: '--syntax-comment',
  name: '--syntax-name',
  register: '--syntax-register',
  identifier: '--text',
  operator: '--text',
};

const PARTS = {
  'editor.background': '--surface-1',
  'editor.foreground': '--text',
  'editorCursor.foreground': '--text',
  'editorLineNumber.foreground': '--dim',
  'editorLineNumber.activeForeground': '--text',
  'editor.selectionBackground': '--line-strong',
  'editor.inactiveSelectionBackground': '--line',
  'editor.wordHighlightBackground': '--surface-3',
  'editor.wordHighlightStrongBackground': '--surface-3',
  'editorBracketMatch.background': '--surface-3',
  'editorBracketMatch.border': '--line-strong',
  'editorError.foreground': '--error',
  'editorWarning.foreground': '--warning',
  'editorWidget.background': '--surface-3',
  'editorWidget.border': '--line-strong',
  'editorWidget.foreground': '--text',
  'editorHoverWidget.background': '--surface-3',
  'editorHoverWidget.border': '--line-strong',
  'editorHoverWidget.foreground': '--text',
  'editorHoverWidget.statusBarBackground': '--surface-2',
  'editorSuggestWidget.background': '--surface-3',
  'editorSuggestWidget.border': '--line-strong',
  'editorSuggestWidget.foreground': '--text',
  'editorSuggestWidget.selectedBackground': '--line-strong',
  'editorSuggestWidget.selectedForeground': '--text',
  'editorSuggestWidget.highlightForeground': '--syntax-keyword',
  'editorSuggestWidget.focusHighlightForeground': '--syntax-keyword',
  'textLink.foreground': '--syntax-keyword',
  'input.background': '--surface-1',
  'input.foreground': '--text',
  focusBorder: '--edge',
  'menu.background': '--surface-2',
  'menu.foreground': '--text',
  'menu.selectionBackground': '--surface-3',
  'menu.selectionForeground': '--text',
};

function wear(): void {
  const rules = Object.entries(colours(TOKENS)).map(([token, colour]) => ({
    token,
    foreground: colour.slice(1),
    ...(token === 'comment' ? { fontStyle: 'italic' } : {}),
  }));
  const contrast = isHighContrast() ? ('hc-black' as const) : ('vs-dark' as const);
  const base = isLight() ? (isHighContrast() ? ('hc-light' as const) : ('vs' as const)) : contrast;
  monaco.editor.defineTheme(NAME, { base, inherit: true, rules, colors: colours(PARTS) });
  monaco.editor.setTheme(NAME);
}

/** Follows the page's theme; the returned function stops it. */
export function followTheme(): () => void {
  wear();
  return onTheme(wear);
}
