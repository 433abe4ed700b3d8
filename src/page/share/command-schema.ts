/*
 * Decoders of commands and scenarios from outside. A new verb in src/engine/lab/commands.ts does not compile until it
 * has a row here.
 */
import type {
  Command,
  ExpectedFact,
  LoggedCommand,
  PathConfig,
  Scenario,
  ScenarioStep,
  StepView,
} from '../../engine/index.ts';
import {
  type Decoder,
  either,
  type Fields,
  flag,
  list,
  object,
  oneOf,
  optional,
  record,
  tagged,
  text,
  whole,
} from './schema.ts';

const name = text(120);
/** Program texts of at most a million characters, more than the assembler accepts. */
export const program = text(1_000_000);
/** An object file of 8 MiB in base64. */
const file = text(12_000_000);
export const time = whole(0, 1e15);
const event = whole(0, 1e12);
const count = whole(0, 1_000_000);

type Row<D extends Command['do']> = Decoder<Extract<Command, { readonly do: D }>>;
type Rest<D extends Command['do']> = Fields<Omit<Extract<Command, { readonly do: D }>, 'do'>>;

/** A row for a verb: its own fields, and its name. */
const verb = <D extends Command['do']>(does: D, fields: Rest<D>): Row<D> =>
  object({ do: oneOf(does), ...fields } as Fields<Extract<Command, { readonly do: D }>>);

const process = name;
const map = text(8);
const ROWS: { readonly [D in Command['do']]: Row<D> } = {
  spawn: verb('spawn', { process, uid: optional(whole(0, 0xffff_ffff)) }),
  exit: verb('exit', { process, killed: optional(flag) }),
  load: verb('load', { process, map, text: name, source: optional(program), libraries: optional(flag) }),
  insmod: verb('insmod', { map, text: name, source: optional(program) }),
  rmmod: verb('rmmod', { map, strict: optional(flag) }),
  replace: verb('replace', { from: map, to: map }),
  'load-object': verb('load-object', {
    process,
    map,
    object: name,
    bytes: optional(file),
    attach: optional(either(flag, name)),
  }),
  'read-ring': verb('read-ring', { process, object: name, map: name }),
  'call-member': verb('call-member', {
    process,
    map,
    member: name,
    args: list(either(whole(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER), text(20_000)), 12),
  }),
  console: verb('console', { line: text(100_000) }),
  register: verb('register', { process, map }),
  unregister: verb('unregister', { process, map }),
  link: verb('link', { process, map, link: count }),
  'update-link': verb('update-link', { process, link: count, map, old: optional(map) }),
  detach: verb('detach', { process, link: count }),
  'close-link': verb('close-link', { process, link: count }),
  pin: either(
    object<{ do: 'pin'; process: string; path: string; map: string }>({ do: oneOf('pin'), process, path: name, map }),
    object<{ do: 'pin'; process: string; path: string; link: number }>({
      do: oneOf('pin'),
      process,
      path: name,
      link: count,
    }),
  ),
  unpin: verb('unpin', { process, path: name }),
  grace: verb('grace', { clock: oneOf('rcu', 'tasks', 'work'), to: oneOf('hold', 'go', 'end') }),
  verifier: verb('verifier', { to: oneOf('enforce', 'skip') }),
  'close-map': verb('close-map', { process, map }),
  connect: verb('connect', { process, socket: count, cc: optional(text(64)), bytes: optional(whole(0)) }),
  close: verb('close', { socket: count }),
  setsockopt: verb('setsockopt', { socket: count, cc: text(64) }),
  sysctl: verb('sysctl', { process, name, value: text(4096) }),
  poke: verb('poke', { address: whole(0, 0xffff_ffff), bytes: list(whole(0, 255), 4096) }),
};

export const command: Decoder<Command> = tagged<Command>('do', ROWS);

/** Names of the verbs, for tests and messages. */
export const VERB_NAMES = Object.keys(ROWS) as readonly Command['do'][];

export const loggedCommand: Decoder<LoggedCommand> = object<LoggedCommand>({ event, time, command });

const view: Decoder<StepView> = object<StepView>({
  preset: optional(text(40)),
  tabs: optional(record(text(40), 20)),
  map: optional(map),
  socket: optional(count),
  field: optional(text(120)),
});

const step: Decoder<ScenarioStep> = object<ScenarioStep>({
  at: time,
  caption: text(400),
  command,
  answers: optional(text(40)),
  note: optional(text(4000)),
  view: optional(view),
  pause: optional(flag),
});

const path: Decoder<PathConfig> = object<PathConfig>({
  rateBps: whole(1_000, 1e12),
  delayNs: whole(0, 1e11),
  queuePackets: whole(1, 1_000_000),
  accessNs: optional(whole(0, 1e11)),
  lossPpm: optional(whole(0, 1_000_000)),
});

const fact: Decoder<ExpectedFact> = object<ExpectedFact>({
  at: time,
  text: text(400),
  map: optional(map),
  state: optional(oneOf('INIT', 'INUSE', 'TOBEFREE', 'READY', 'FREED')),
  refs: optional(count),
  errno: optional(text(40)),
  step: optional(text(80)),
  said: optional(text(400)),
});

/** Most steps of a scenario; no audience could follow more, nor a menu show them. */
export const MOST_STEPS = 1000;

export const scenario: Decoder<Scenario> = object<Scenario>({
  id: text(80),
  title: text(120),
  intro: text(400),
  path,
  seed: whole(0, 0xffff_ffff),
  kernel: optional(text(40)),
  texts: record(program, 100),
  objects: optional(record(file, 20)),
  samples: optional(list(name, 20)),
  steps: list(step, MOST_STEPS),
  openAt: time,
  until: time,
  expect: list(fact, MOST_STEPS),
});
