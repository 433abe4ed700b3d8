/*
 * Expectations about the verifier that a program's author noted, as in the kernel's own tests: declaration tags
 * `comment:test_expect_failure`, `comment:test_expect_msg=...` on the function (the macros of bpf_misc.h). A counter gives
 * the order of messages where the header has one: before the message since 6.12, `comment:test_expect_msg=12=...`, before
 * the name in later ones, `comment:12:test_expect_success`.
 */
import { couldTakeForEver } from '../base/pattern.ts';
import { err, ok, type Result } from '../base/result.ts';
import { declarationTags } from '../btf/tags.ts';
import type { Btf } from '../btf/btf.ts';
import { PROG_FLAG } from '../kernel/uapi.ts';

export interface ExpectedMessage {
  readonly pattern: string;
  /** the message must be absent between its neighbours */
  readonly absent: boolean;
}

export interface Expectation {
  /** whether the program must be accepted from a loader with all capabilities */
  readonly accepted: boolean;
  readonly messages: readonly ExpectedMessage[];
  readonly logLevel: number;
  /** prog_flags to set */
  readonly flags: number;
  readonly description: string;
  /** the program is used by others and is not a test itself */
  readonly auxiliary: boolean;
  /** tags that are not compared here: return values, rewritten or compiled code, unprivileged loading */
  readonly others: readonly string[];
}

const FLAGS: ReadonlyMap<string, number> = new Map([
  ['BPF_F_STRICT_ALIGNMENT', PROG_FLAG.STRICT_ALIGNMENT],
  ['BPF_F_ANY_ALIGNMENT', PROG_FLAG.ANY_ALIGNMENT],
  ['BPF_F_TEST_RND_HI32', PROG_FLAG.TEST_RND_HI32],
  ['BPF_F_TEST_STATE_FREQ', PROG_FLAG.TEST_STATE_FREQ],
  ['BPF_F_SLEEPABLE', PROG_FLAG.SLEEPABLE],
  ['BPF_F_XDP_HAS_FRAGS', PROG_FLAG.XDP_HAS_FRAGS],
  ['BPF_F_TEST_REG_INVARIANTS', PROG_FLAG.TEST_REG_INVARIANTS],
]);

type Draft = { -readonly [K in keyof Expectation]: Expectation[K] };

/** Known tags, and what each adds to the expectation. */
const TAGS: ReadonlyMap<string, (draft: Draft, value: string) => void> = new Map([
  ['test_expect_success', (draft: Draft) => void (draft.accepted = true)],
  ['test_expect_failure', (draft: Draft) => void (draft.accepted = false)],
  ['test_expect_msg', (draft: Draft, pattern: string) => add(draft, { pattern, absent: false })],
  ['test_expect_not_msg', (draft: Draft, pattern: string) => add(draft, { pattern, absent: true })],
  // 6.10 and 6.11 had a separate tag for regular expressions
  ['test_expect_regex', (draft: Draft, regex: string) => add(draft, { pattern: `{{${regex}}}`, absent: false })],
  ['test_description', (draft: Draft, value: string) => void (draft.description = value)],
  ['test_log_level', (draft: Draft, value: string) => void (draft.logLevel = Number(value) || 0)],
  ['test_prog_flags', flag],
  ['test_auxiliary', (draft: Draft) => void (draft.auxiliary = true)],
]);

function add(draft: Draft, message: ExpectedMessage): void {
  draft.messages = [...draft.messages, message];
}

function flag(draft: Draft, value: string): void {
  const clear = value.startsWith('!');
  const name = clear ? value.slice(1) : value;
  const bit = FLAGS.get(name) ?? (Number(name) || 0);
  draft.flags = clear ? draft.flags & ~bit : draft.flags | bit;
}

const TAG = /^comment:(?:(\d+):)?(test_\w+)(?:=(.*))?$/s;

interface Tag {
  readonly order: number;
  readonly name: string;
  readonly value: string;
}

const COUNTED = /^(\d+)=(.*)$/s;
const isMessage = ({ name }: Tag): boolean => /_(?:msg|regex|xlated)(?:_unpriv)?$/.test(name);

/**
 * Removes the counters from messages. Either all tags of a function have one or none has, because a message may itself
 * begin with a number.
 */
function ordered(tags: readonly Tag[]): Tag[] {
  const counted = tags.filter(isMessage).every(({ value }) => COUNTED.test(value));
  return tags
    .map((tag) => {
      const match = counted && isMessage(tag) ? COUNTED.exec(tag.value) : null;
      return match ? { ...tag, order: Number(match[1]), value: match[2] } : tag;
    })
    .toSorted((a, b) => a.order - b.order);
}

/** Expectation of a function; null without such tags, or with tags for unprivileged loading only. */
export function expectationOf(btf: Btf, functionName: string): Expectation | null {
  const found = declarationTags(btf)
    .filter(({ kind, name, component }) => kind === 'FUNC' && name === functionName && component === null)
    .flatMap(({ text }, i) => {
      const match = TAG.exec(text);
      return match
        ? [{ order: match[1] === undefined ? i : Number(match[1]), name: match[2], value: match[3] ?? '' }]
        : [];
    });
  const tags = ordered(found);
  const draft: Draft = {
    accepted: true,
    messages: [],
    logLevel: 0,
    flags: 0,
    description: '',
    auxiliary: false,
    others: [],
  };
  for (const { name, value } of tags) {
    const apply = TAGS.get(name);
    if (apply) apply(draft, value);
    else draft.others = [...draft.others, name];
  }
  const counts = tags.some(({ name }) => TAGS.has(name));
  return counts ? draft : null;
}

const SPECIAL = /[.[\]\\()*+?{}|^$]/g;

/** Finds a message in a text; null when it is not there. */
type Find = (text: string) => { readonly index: number; readonly length: number } | null;

/** Longest message with regular expressions, in characters, and most repetitions without an upper bound. */
const MOST_PATTERN = 4_000;
const MOST_REPEATS = 16;

/** Most characters of a message quoted in an answer. */
const SHOWN = 200;
const shown = (pattern: string): string =>
  pattern.length > SHOWN ? `"${pattern.slice(0, SHOWN)}…" (${pattern.length} characters)` : `"${pattern}"`;

/** Finds plain text of any length. */
const plain =
  (pattern: string): Find =>
  (text) => {
    const index = text.indexOf(pattern);
    return index < 0 ? null : { index, length: pattern.length };
  };

/** Finds text with regular expressions between `{{` and `}}`; `.` does not match a newline. */
function finderOf(pattern: string): Result<Find> {
  const parts = pattern.split(/\{\{(.*?)\}\}/s);
  if (parts.length === 1) return ok(plain(pattern));
  if (pattern.length > MOST_PATTERN)
    return err(`${shown(pattern)} is too long for a regular expression: at most ${MOST_PATTERN} characters`);
  const source = parts.map((part, i) => (i % 2 === 1 ? `(?:${part})` : part.replace(SPECIAL, '\\$&'))).join('');
  const posix = source
    .replaceAll('[[:space:]]', '\\s')
    .replaceAll('[[:digit:]]', '\\d')
    .replaceAll('[[:alpha:]]', '[A-Za-z]');
  if (couldTakeForEver(posix, MOST_REPEATS))
    return err(
      `${shown(pattern)} could take for ever: at most ${MOST_REPEATS} repetitions, and none of a repetition or of a choice`,
    );
  try {
    const regex = new RegExp(posix, 'm');
    return ok((text) => {
      const match = regex.exec(text);
      return match && { index: match.index, length: match[0].length };
    });
  } catch {
    return err(`${shown(pattern)} is no regular expression`);
  }
}

/**
 * Searches a log for the messages in order, each after the end of the previous one; a message that must be absent is
 * searched up to the next one found. Null when everything is as expected; otherwise the difference.
 */
export function unmatched(log: string, messages: readonly ExpectedMessage[]): string | null {
  let at = 0;
  let forbidden: { readonly pattern: string; readonly find: Find }[] = [];
  const has = (text: string): string | null => {
    const found = forbidden.find(({ find }) => find(text) !== null);
    return found ? `the log has ${shown(found.pattern)}` : null;
  };
  for (const { pattern, absent } of messages) {
    const found = finderOf(pattern);
    if (!found.ok) return found.error.message;
    const find = found.value;
    if (absent) {
      forbidden.push({ pattern, find });
      continue;
    }
    const match = find(log.slice(at));
    if (!match) return `the log lacks ${shown(pattern)}`;
    const before = has(log.slice(at, at + match.index));
    if (before !== null) return before;
    forbidden = [];
    at += match.index + match.length;
  }
  return has(log.slice(at));
}
