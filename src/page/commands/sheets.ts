/* The commands that show a sheet: rows of page/store/sheets.ts. */
import { showOverlay } from '../store/overlay.ts';
import { SHEETS } from '../store/sheets.ts';
import type { PageCommand } from './command.ts';

export const SHEET_COMMANDS: readonly PageCommand[] = SHEETS.flatMap(({ id, command }) =>
  command ? [{ ...command, run: () => showOverlay(id) }] : [],
);
