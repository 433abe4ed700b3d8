/* A page of the help. */
export const HELP_KINDS = ['view', 'term', 'errno', 'check', 'error'] as const;
export type HelpKind = (typeof HELP_KINDS)[number];

export interface HelpPage {
  /** like `view.lifecycle.machine`, `errno.EEXIST`, `check.reg`; other parts of the page link to it */
  readonly id: string;
  readonly kind: HelpKind;
  readonly title: string;
  readonly text: string;
}

/** Makes pages of a kind from rows: name, title, text. */
export const pages = (kind: HelpKind, rows: readonly (readonly [string, string, string])[]): HelpPage[] =>
  rows.map(([name, title, text]) => ({ id: `${kind}.${name}`, kind, title, text }));
