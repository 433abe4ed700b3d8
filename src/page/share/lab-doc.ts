/*
 * A lab as data: everything that differs from the page's initial state. Links, files, drafts and named labs all contain
 * one. Times are engine nanoseconds.
 */
import type { Break, LoggedCommand, Scenario } from '../../engine/index.ts';
import type { Breakpoint } from '../../protocol/messages.ts';
import { breakOf, breakOptions } from './break-schema.ts';
import { loggedCommand, program, scenario, time } from './command-schema.ts';
import { type Decoder, list, object, optional, record, text, whole } from './schema.ts';

/** View of the panes. `tabs` by pane; unknown tabs are ignored. */
export interface LabView {
  readonly preset?: string;
  readonly tabs?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly breakpoints?: readonly Breakpoint[];
  readonly breaks?: readonly Break[];
  readonly watches?: readonly string[];
}

export interface LabDoc {
  /** id of a shipped scenario, or of `whole` */
  readonly scenario: string;
  /**
   * key of that scenario's content when the lab was saved: commands refer to events by number only if it is still the
   * same
   */
  readonly content?: string;
  /** the scenario itself, if it is not shipped */
  readonly whole?: Scenario;
  readonly kernel?: string;
  /** texts of the editor that differ from the example's */
  readonly texts?: Readonly<Record<string, string>>;
  /** texts of the machine that differ from the example's */
  readonly machine?: Readonly<Record<string, string>>;
  /** commands besides the scenario's steps */
  readonly commands?: readonly LoggedCommand[];
  readonly time?: number;
  readonly view?: LabView;
}

const MOST_COMMANDS = 10_000;

const view: Decoder<LabView> = object<LabView>({
  preset: optional(text(40)),
  tabs: optional(record(text(40), 20)),
  text: optional(text(120)),
  breakpoints: optional(
    list(object<Breakpoint>({ text: text(120), line: whole(0, 10_000_000), ...breakOptions }), 500),
  ),
  breaks: optional(list(breakOf, 200)),
  watches: optional(list(text(400), 200)),
});

export const labDoc: Decoder<LabDoc> = object<LabDoc>({
  scenario: text(80),
  content: optional(text(40)),
  whole: optional(scenario),
  kernel: optional(text(40)),
  texts: optional(record(program, 200)),
  machine: optional(record(program, 200)),
  commands: optional(list(loggedCommand, MOST_COMMANDS)),
  time: optional(time),
  view: optional(view),
});

/** Whether a lab contains program texts of somebody else, which run only after the user agrees. */
export const bringsPrograms = ({ whole, texts, machine, commands = [] }: LabDoc): boolean =>
  whole !== undefined ||
  Object.keys(texts ?? {}).length > 0 ||
  Object.keys(machine ?? {}).length > 0 ||
  commands.some(({ command }) => 'source' in command || 'bytes' in command);
