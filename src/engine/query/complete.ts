/* Completes the end of a question: a table of words by the word before. */
import { own } from '../base/own.ts';
import { AGGREGATES } from './aggregate.ts';
import { namesOf } from './expression.ts';
import { PROBES } from './plan.ts';
import type { RecordKind } from './records.ts';
import { NOUN_WORDS, STATE_WORDS, VERB_WORDS } from './words.ts';
import { HELPER_NAMES } from '../isa/helper-names.ts';

/** Names in the run that a question can refer to. */
export interface Askable {
  readonly maps: readonly string[];
  readonly sockets: readonly number[];
  readonly programs: readonly { readonly name: string; readonly member: string }[];
  readonly processes: readonly string[];
  /** of tcp_sock */
  readonly fields: readonly string[];
}

export interface CompletedQuestion {
  /** start of the completed word */
  readonly from: number;
  readonly words: readonly string[];
}

const CONDITIONS = ['of', 'by', 'after', 'before', 'where'];
const SUBJECTS = [...NOUN_WORDS, ...STATE_WORDS, 'refcnt'];

/** Words that can follow a word of a question; after any other word come conditions. */
const AFTER: Readonly<Record<string, (a: Askable) => readonly string[]>> = {
  who: () => ['took', 'gave', 'wrote', 'called'],
  gave: () => ['back'],
  wrote: ({ fields }) => fields,
  write: ({ fields }) => fields,
  called: ({ programs }) => [...programs.map(({ member }) => member), 'BPF_MAP_UPDATE_ELEM', 'BPF_MAP_DELETE_ELEM'],
  call: ({ programs }) => programs.map(({ member }) => member),
  when: () => ['was'],
  was: () => SUBJECTS,
  how: () => ['often'],
  often: () => ['was', ...SUBJECTS],
  longest: () => ['gap', ...SUBJECTS],
  gap: () => ['between'],
  between: () => SUBJECTS,
  first: () => SUBJECTS,
  last: () => SUBJECTS,
  show: () => SUBJECTS,
  of: () => ['map', 'socket'],
  map: ({ maps }) => maps,
  socket: ({ sockets }) => sockets.map(String),
  by: ({ processes, programs }) => [...processes, ...programs.map(({ name }) => name)],
  where: () => namesOf([]),
  watch: ({ fields }) => fields.map((name) => `tp->${name}`),
};

/** Names that can follow the colon of a probe. */
function probeNames(provider: string, { programs, fields }: Askable): readonly string[] {
  const kind: RecordKind | undefined = Object.hasOwn(PROBES, provider) ? PROBES[provider] : undefined;
  if (kind === 'member') return ['*', ...programs.map(({ member }) => member)];
  if (kind === 'helper') return ['*', ...HELPER_NAMES.slice(1)];
  if (kind === 'write') return fields;
  if (kind === 'syscall')
    return ['*', 'BPF_MAP_UPDATE_ELEM', 'BPF_MAP_DELETE_ELEM', 'BPF_PROG_LOAD', 'connect', 'close'];
  return provider === 'tcp' ? ['cwnd', 'ca'] : ['*'];
}

/** Words inside a filter or actions: fields of the probe's rows, and functions. */
function insideProbe(text: string): readonly string[] {
  const providers = [...text.matchAll(/\b(\w+):/g)].map(([, provider = '']) => provider);
  const kinds = providers.flatMap((provider) => own(PROBES, provider) ?? []);
  const functions = text.includes('{') ? [...Object.keys(AGGREGATES), 'print', 'printf'].map((name) => `${name}(`) : [];
  return [...namesOf(kinds), ...functions];
}

/** Completes the word at the end of the text; nothing inside quotes. */
export function completeQuestion(text: string, a: Askable): CompletedQuestion {
  const last = /[\w*>-]*$/.exec(text)?.[0] ?? '';
  const from = text.length - last.length;
  if ((text.match(/"/g) ?? []).length % 2 === 1) return { from: text.length, words: [] };
  const words = offered(text.slice(0, from), a).filter((word) => word.startsWith(last) && word !== '');
  return { from, words: [...new Set(words)].toSorted() };
}

function offered(before: string, a: Askable): readonly string[] {
  const typed = before.trim();
  if (typed === '') return [...VERB_WORDS, ...Object.keys(PROBES).map((name) => `${name}:`), 'watch', 'diff'];
  const provider = /(?:^|[,}]\s*)(\w+):$/.exec(before)?.[1];
  if (provider !== undefined) return probeNames(provider, a);
  if (/[/{]/.test(before)) return insideProbe(before);
  const word = typed.split(/\s+/).at(-1) ?? '';
  const [first = ''] = typed.split(/\s+/);
  if (first === 'watch') return a.fields.map((name) => `tp->${name}`);
  if (!VERB_WORDS.includes(first)) return [];
  return own(AFTER, word)?.(a) ?? CONDITIONS;
}
