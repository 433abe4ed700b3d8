/* Names after `call`: a function of the file, a helper, or a kernel function. */
import { HELPER_NAMES, helperId } from '../helper-names.ts';
import { type Insn, slotsOf } from '../insn.ts';
import { CALL_KIND, OPCODE } from '../opcodes.ts';
import type { SymbolSource } from '../symbols.ts';
import type { Draft } from './draft.ts';
import { nearest } from './nearest.ts';
import type { Context } from './operands.ts';
import { CODES } from './problems.ts';
import type { Token } from './source.ts';

/** Resolves a name as a function of this file, else a helper, else a kernel function. */
export function resolveCallee(draft: Draft, functions: ReadonlySet<string>, context: Context): Draft {
  const { callee, insn } = draft;
  if (!callee) return draft;
  const { symbols, problems, references } = context;
  const name = callee.text;
  const place = { name, range: callee.range };
  if (functions.has(name)) {
    references.push({ kind: 'function', definition: false, ...place });
    return slotsOf(insn) === 2 ? draft : withCall(draft, { src: CALL_KIND.LOCAL, imm: -1 });
  }
  if (insn.opcode === OPCODE.LDDW) {
    problems.unknown(CODES.unknownLabel, callee.range, 'function', name, functions);
    return draft;
  }
  const helper = helperId(name);
  if (helper !== undefined) {
    references.push({ kind: 'helper', id: helper, ...place });
    return withCall(draft, { imm: helper });
  }
  const kfunc = symbols.kfunc(name);
  if (kfunc) {
    references.push({ kind: 'kfunc', id: kfunc.id, ...place });
    return withCall(draft, { src: CALL_KIND.KFUNC, imm: kfunc.id });
  }
  reportUnknownFunction(callee, functions, context);
  return draft;
}

const withCall = (draft: Draft, fields: Partial<Insn>): Draft => ({ ...draft, insn: { ...draft.insn, ...fields } });

function reportUnknownFunction(
  { text, range }: Token,
  functions: ReadonlySet<string>,
  { symbols, problems }: Context,
): void {
  const suggestion = problems.suggest(() => nearestFunction(text, functions, symbols));
  problems.report(
    CODES.unknownFunction,
    range,
    `Unknown kernel function \`${text}\`.${suggestion === null ? '' : ` Did you mean ${suggestion.kind} \`${suggestion.near}\`?`}`,
    suggestion === null ? undefined : { title: `Change to ${suggestion.near}`, range, text: suggestion.near },
  );
}

function nearestFunction(text: string, functions: ReadonlySet<string>, symbols: SymbolSource) {
  const kinds = [
    ['the function', functions],
    ['the kfunc', symbols.kfuncs()],
    ['the helper', HELPER_NAMES],
  ] as const;
  const near =
    nearest(
      text,
      kinds.flatMap(([, names]) => [...names]),
    ) ?? longer(text, symbols.kfuncs());
  const kind = kinds.find(([, names]) => near !== null && [...names].includes(near))?.[0];
  return near === null ? null : { near, kind };
}

/** `slow_start` for `tcp_slow_start`: people leave prefixes out. */
const longer = (name: string, candidates: readonly string[]): string | null =>
  name.length < 4 ? null : (candidates.find((candidate) => candidate.includes(name)) ?? null);
