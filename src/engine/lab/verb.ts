/*
 * A verb implements one kind of command: a short user-space program that reaches the kernel through system calls only.
 * The registry finds it by its name. Verbs for the first picture are registered with the lab; the others come with
 * src/engine/late.ts, so an unknown name means that it must be loaded.
 */
import { assert } from '../base/assert.ts';
import type { Command } from './commands.ts';
import type { UserSpace } from './user-space.ts';

export type CommandOf<D extends Command['do']> = Extract<Command, { do: D }>;

export interface Verb<D extends Command['do'] = Command['do']> {
  readonly do: D;
  readonly run: (user: UserSpace, command: CommandOf<D>) => void;
}

type AnyVerb = { readonly [D in Command['do']]: Verb<D> }[Command['do']];

const VERBS = new Map<string, AnyVerb>();

/** Registers verbs; registering the same ones again is allowed. */
export function registerVerbs(verbs: readonly AnyVerb[]): void {
  for (const verb of verbs) {
    const known = VERBS.get(verb.do);
    assert(known === undefined || known === verb, `the verb ${verb.do} is registered twice`);
    VERBS.set(verb.do, verb);
  }
}

/** Whether a command can run before the engine's late part is loaded. */
export const hasVerb = (name: Command['do']): boolean => VERBS.has(name);

export function runVerb<D extends Command['do']>(user: UserSpace, command: CommandOf<D>): void {
  const verb = VERBS.get(command.do) as Verb<D> | undefined;
  assert(verb, `the verb ${command.do} is not here: is the engine's late part?`);
  verb.run(user, command);
}
