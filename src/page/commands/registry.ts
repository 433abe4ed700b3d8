/* All commands of the page. */
import { assert } from '../../engine/index.ts';
import { useUndo } from '../keep/undo.ts';
import { useChoices } from '../store/choices.ts';
import { useLab } from '../store/lab.ts';
import type { Action } from '../../views/scene.ts';
import type { ArgsOf, FamilyArgs, FamilyId, TakingId } from './args.ts';
import type { CommandArgs, PageCommand } from './command.ts';
import { FILE_COMMANDS } from './file.ts';
import { HELP_COMMANDS } from './help.ts';
import { INSPECT_COMMANDS } from './inspect.ts';
import { KEEP_COMMANDS } from './keep.ts';
import { keyTable } from './keys.ts';
import { LAB_COMMANDS } from './lab.ts';
import { PROGRAM_COMMANDS } from './program.ts';
import { SHARE_COMMANDS } from './share.ts';
import { SHEET_COMMANDS } from './sheets.ts';
import { TEXT_COMMANDS } from './text.ts';
import { TIME_COMMANDS } from './time.ts';
import { VIEW_COMMANDS } from './view.ts';

export const COMMANDS: readonly PageCommand[] = [
  ...TIME_COMMANDS,
  ...PROGRAM_COMMANDS,
  ...FILE_COMMANDS,
  ...TEXT_COMMANDS,
  ...LAB_COMMANDS,
  ...KEEP_COMMANDS,
  ...SHARE_COMMANDS,
  ...VIEW_COMMANDS,
  ...INSPECT_COMMANDS,
  ...SHEET_COMMANDS,
  ...HELP_COMMANDS,
];

const BY_ID = new Map<string, PageCommand>();
for (const command of COMMANDS) {
  assert(!BY_ID.has(command.id), `the command ${command.id} is registered twice`);
  BY_ID.set(command.id, command);
}
const BY_KEY = keyTable(COMMANDS);

export const commandById = (id: string): PageCommand | undefined => BY_ID.get(id);
export const commandByKey = (key: string): PageCommand | undefined => BY_KEY.get(key);

export const isEnabled = (command: PageCommand | undefined): boolean =>
  command !== undefined && (command.when?.() ?? true);

/** Runs a command by its id; does nothing when the command cannot run now. Throws for an unknown id. */
export function runCommand<Id extends TakingId>(id: Id, args: ArgsOf<Id>): void;
export function runCommand(id: FamilyId, args: FamilyArgs<'map' | 'lens'>): void;
export function runCommand(id: string): void;
export function runCommand(id: string, args: CommandArgs = {}): void {
  const command = BY_ID.get(id);
  assert(command, `there is no command ${id}`);
  if (isEnabled(command)) command.run(args);
}

/** Runs the action of a scene's mark; the command checks the arguments. */
export const runAction = ({ command, args }: Action): void => {
  const found = BY_ID.get(command);
  assert(found, `there is no command ${command}`);
  if (isEnabled(found)) found.run(args);
};

/** Calls `listener` when a command may have become possible or impossible; the returned function unsubscribes. */
export function subscribeEnabled(listener: () => void): () => void {
  const ends = [useLab.subscribe(listener), useChoices.subscribe(listener), useUndo.subscribe(listener)];
  return () => {
    for (const end of ends) end();
  };
}
