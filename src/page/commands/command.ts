/* What a command of the page is. The toolbar, the palette, the key sheet and the keyboard all read one list of them. */
import type { Action } from '../../views/scene.ts';

export type CommandArgs = Action['args'];

export const GROUPS = ['Time', 'Program', 'Lab', 'Share', 'View', 'Help'] as const;

export interface PageCommand {
  /** stable: scenes, links and tests call it by this name */
  readonly id: string;
  /** sentence case; in a function where it depends on the state */
  readonly title: string;
  /** what it would act on now, as `map B` */
  readonly about?: () => string;
  readonly group: (typeof GROUPS)[number];
  /** as `Ctrl+Shift+Enter`, `N`, `,`; Ctrl is also the Mac's command key */
  readonly keys?: readonly string[];
  /** whether it would do something now */
  readonly when?: () => boolean;
  /** needs arguments: not in the palette, nor on the key sheet */
  readonly hidden?: boolean;
  readonly run: (args: CommandArgs) => void;
}
