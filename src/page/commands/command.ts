/* A command of the page. The toolbar, the palette, the key sheet and the keyboard all read one list of commands. */
import type { Action } from '../../views/scene.ts';

export type CommandArgs = Action['args'];

export const GROUPS = ['Time', 'Program', 'Lab', 'Share', 'View', 'Help'] as const;

export interface PageCommand {
  /** stable name, used by scenes, links and tests */
  readonly id: string;
  /** sentence case; a function when it depends on the state */
  readonly title: string;
  /** further words by which the palette finds it */
  readonly also?: string;
  /** the object on which it would act now, like `map B` */
  readonly about?: () => string;
  readonly group: (typeof GROUPS)[number];
  /** like `Ctrl+Shift+Enter`, `N`, `,`; Ctrl also means the Mac's command key */
  readonly keys?: readonly string[];
  /** whether it can run now */
  readonly when?: () => boolean;
  /** it needs arguments, so it is in neither the palette nor the key sheet */
  readonly hidden?: boolean;
  readonly run: (args: CommandArgs) => void;
}
