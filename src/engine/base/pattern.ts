/*
 * Guards against regular expressions from outside that could run for ever: JavaScript's engine backtracks, and cannot
 * be interrupted.
 */

const REPEATS = '*+{';
const PLAIN = /\w/;

interface Group {
  /** it contains a repetition or a choice, so it can match one text in several ways */
  varies: boolean;
  /** first characters of its alternatives; null when one of them does not begin with a plain character */
  firsts: string[] | null;
  alternatives: number;
  atStart: boolean;
}

const newGroup = (): Group => ({ varies: false, firsts: [], alternatives: 1, atStart: true });

/** Whether the alternatives begin with different characters, so that at most one of them can match. */
const isChoiceFree = ({ firsts, alternatives }: Group): boolean =>
  alternatives === 1 || (firsts !== null && new Set(firsts).size === alternatives);

/** Where the token at `at` ends: an escape, a bracket expression or one character. */
function tokenEnd(source: string, at: number): number {
  if (source[at] === '\\') return at + 2;
  if (source[at] !== '[') return at + 1;
  let end = at + (source[at + 1] === '^' ? 2 : 1);
  if (source[end] === ']') end++;
  while (end < source.length && source[end] !== ']') end += source[end] === '\\' ? 2 : 1;
  return end + 1;
}

function begin(group: Group, token: string): void {
  if (!group.atStart) return;
  group.atStart = false;
  if (PLAIN.test(token[0])) group.firsts?.push(token[0]);
  else group.firsts = null;
}

/**
 * Whether some texts could keep a pattern busy for ever: it repeats a group that can match one text in several ways, as
 * `(a+)+`, `((a+))*` and `(a|aa)+`, or has more than `mostRepeats` repetitions without an upper bound, as `.*.*.*.*.*`.
 */
export function couldTakeForEver(source: string, mostRepeats: number): boolean {
  const open: Group[] = [newGroup()];
  let repeats = 0;
  for (let at = 0; at < source.length; ) {
    const end = tokenEnd(source, at);
    const token = source.slice(at, end);
    const group = open[open.length - 1];
    at = end;
    if (token === '(') {
      begin(group, token);
      open.push(newGroup());
      if (source.startsWith('?:', at)) at += 2;
    } else if (token === ')' && open.length > 1) {
      open.pop();
      const varies = group.varies || !isChoiceFree(group);
      if (varies && at < source.length && REPEATS.includes(source[at])) return true;
      open[open.length - 1].varies ||= varies;
    } else if (token === '|') {
      group.atStart = true;
      group.alternatives++;
    } else if (REPEATS.includes(token) || token === '?') {
      group.varies = true;
      if (token !== '?' && ++repeats > mostRepeats) return true;
    } else {
      begin(group, token);
    }
  }
  return false;
}
