/*
 * One table of the commands' arguments. Their types, and the checks of arguments from scenes or other pages, follow from it. A `?` marks an
 * optional one; null counts as absent, since scenes are plain data.
 */
import type { CommandArgs, PageCommand } from './command.ts';

type Kind = 'text' | 'number' | 'text?' | 'number?';
type Shape = Readonly<Record<string, Kind>>;

const ARGS = {
  'ask.bytes': { address: 'number', length: 'number', value: 'text?' },
  'ask.register': { register: 'number', value: 'text?' },
  'file.sample': { file: 'text' },
  'help.page': { page: 'text' },
  'inspect.flip': { row: 'text' },
  'inspect.follow': { path: 'text?' },
  'lifecycle.edge': { edge: 'text', map: 'text?' },
  'program.breakpoint': { line: 'number?' },
  'program.show': { text: 'text', line: 'number' },
  'select.field': { path: 'text' },
  'select.holder': { map: 'text', kind: 'text', id: 'number' },
  'select.map': { map: 'text' },
  'select.member': { member: 'text' },
  'select.socket': { socket: 'number', map: 'text?' },
  'time.event': { event: 'number' },
  'time.moment': { time: 'number', event: 'number' },
  'time.seek': { time: 'number' },
  'time.seek-by': { by: 'number' },
} as const satisfies Readonly<Record<string, Shape>>;

/** Commands from tables take the arguments of their family, given by the beginning of the id. */
const FAMILIES = {
  map: { map: 'text?' },
  lens: { map: 'text?', text: 'text?' },
} as const satisfies Readonly<Record<string, Shape>>;

type Needed<S extends Shape> = {
  readonly [N in keyof S as S[N] extends 'text' | 'number' ? N : never]: S[N] extends 'number' ? number : string;
};
type Left<S extends Shape> = {
  readonly [N in keyof S as S[N] extends 'text' | 'number' ? never : N]?: S[N] extends 'number?' ? number : string;
};
type Given<S extends Shape> = Needed<S> & Left<S>;

export type TakingId = keyof typeof ARGS;
export type ArgsOf<Id extends TakingId> = Given<(typeof ARGS)[Id]>;
type Family = keyof typeof FAMILIES;
export type FamilyId = `${Family}.${string}`;
export type FamilyArgs<F extends Family> = Given<(typeof FAMILIES)[F]>;

/**
 * Checks arguments; throws when one is missing or of another type, which is an error of a scene or caller, never of the
 * user.
 */
function checked(id: string, shape: Shape, args: CommandArgs): Readonly<Record<string, string | number>> {
  const named = new Map(Object.entries(args));
  return Object.fromEntries(
    Object.entries(shape).flatMap(([name, kind]) => {
      const value = named.get(name) ?? null;
      if (value === null && kind.endsWith('?')) return [];
      const wanted = kind.startsWith('number') ? 'number' : 'string';
      if (value === null || typeof value !== wanted)
        throw new TypeError(`the command ${id} takes ${name} as a ${wanted}`);
      return [[name, value]];
    }),
  );
}

type Row<A> = Omit<PageCommand, 'id' | 'run'> & { readonly run: (args: A) => void };

/** Makes a command with arguments, which are checked before it runs. */
export const taking = <Id extends TakingId>(id: Id, { run, ...row }: Row<ArgsOf<Id>>): PageCommand => ({
  ...row,
  id,
  run: (args) => run(checked(id, ARGS[id], args) as ArgsOf<Id>),
});

/** Makes a command of a family, whose id begins with the family's name. */
export const takingAs = <F extends Family>(
  family: F,
  name: string,
  { run, ...row }: Row<FamilyArgs<F>>,
): PageCommand => {
  const id = `${family}.${name}`;
  return { ...row, id, run: (args) => run(checked(id, FAMILIES[family], args) as FamilyArgs<F>) };
};
