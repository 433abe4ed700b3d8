/*
 * One line of LLVM's pseudo-C as an instruction. The beginning of a line decides its form; the instruction itself comes
 * from the table, by name and operand shape.
 */
import { insn } from '../insn.ts';
import { ALU_NAMES, formsOf, JUMP_NAMES } from '../instructions.ts';
import { CALL_KIND, FRAME_POINTER, OPCODE, WIDE_KIND } from '../opcodes.ts';
import { type Draft, imm32, type LineParser, make, type Parsed, requireFull, sameAs, type Source } from './draft.ts';
import { atomicSource, atomicStore, load, loadAcquire, store, storeRelease } from './memory.ts';
import { nearest } from './nearest.ts';
import {
  type Context,
  looksLikeRegister,
  peekRegister,
  REGISTER_NAMES,
  type Register,
  registerFrom,
  takeRegister,
  takeRegisterLike,
  takeTarget,
  takeValue,
  type Value,
} from './operands.ts';
import { CODES } from './problems.ts';
import type { Cursor, Token } from './source.ts';

const LINES: ReadonlyMap<string, LineParser> = new Map(
  Object.entries<LineParser>({
    if: conditionalJump,
    goto: (cursor, context) => ({ ...make('ja', 'jump', {}), target: takeTarget(cursor, context) }),
    gotol: (cursor, context) => ({ ...make('ja32', 'jump-long', {}), target: takeTarget(cursor, context) }),
    may_goto: (cursor, context) => ({ ...make('may_goto', 'jump', {}), target: takeTarget(cursor, context) }),
    call,
    callx: (cursor, context) => make('callx', 'call-reg', { dst: takeRegister(cursor, context).number }),
    exit: () => make('exit', 'exit', {}),
    lock: atomicStore,
    store_release: storeRelease,
    ld_pseudo: pseudoWide,
    '*': store,
  }),
);

export function parseLine(cursor: Cursor, context: Context): Draft {
  const first = cursor.next('an instruction');
  const parser = LINES.get(first.text) ?? (looksLikeRegister(first.text) ? null : unknown(first, cursor, context));
  if (parser && first.kind === 'word')
    context.references.push({ kind: 'mnemonic', name: first.text, range: first.range });
  const parsed = parser ? parser(cursor, context, first) : assignment(first, cursor, context);
  cursor.finish();
  return { target: null, callee: null, range: cursor.since(first), ...parsed };
}

/** Words of other assemblers, each with the word used here. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['jmp', 'goto'],
  ['jump', 'goto'],
  ['br', 'goto'],
  ['ret', 'exit'],
  ['return', 'exit'],
]);

function unknown(first: Token, cursor: Cursor, { problems }: Context): never {
  if (formsOf(first.text).length > 0) {
    const [{ pseudo }] = formsOf(first.text);
    const example = pseudo
      .replace(/\{(\w)d\}/g, '$11')
      .replace(/\{(\w)s\}/g, '$12')
      .replace('{mem}', '(r1 + 8)')
      .replace('{to}', '+3')
      .replace(/\{\w+\}/g, '5');
    problems.fail(
      CODES.otherSyntax,
      first.range,
      `\`${first.text}\` is the other assembly syntax. Here it is written \`${example}\`.`,
    );
  }
  const followed = cursor.peek()?.kind === 'operator';
  const words = followed ? REGISTER_NAMES : LINES.keys();
  const near = SYNONYMS.get(first.text) ?? nearest(first.text, words);
  const fix = near === null ? undefined : { title: `Change to ${near}`, range: first.range, text: near };
  const what = followed ? 'register' : 'instruction';
  return problems.fail(
    followed ? CODES.unknownRegister : CODES.unknownInstruction,
    first.range,
    `Unknown ${what} \`${first.text}\`.${near === null ? '' : ` Did you mean \`${near}\`?`}`,
    fix,
  );
}

// --- assignments

function assignment(first: Token, cursor: Cursor, context: Context): Parsed {
  const dst = registerFrom(first, context);
  const operator = cursor.next('an operator');
  if (operator.text === '=') return assign(dst, cursor, context);
  const name = ALU_NAMES.get(operator.text);
  if (name === undefined) {
    context.problems.fail(
      CODES.expected,
      operator.range,
      `Expected an operator such as \`=\` or \`+=\`, found \`${operator.text}\`.`,
    );
  }
  warnFramePointer(dst, context);
  return aluWith(name, dst, cursor, context);
}

function warnFramePointer(dst: Register, { problems }: Context): void {
  if (dst.number === FRAME_POINTER) {
    problems.report(
      CODES.writesFramePointer,
      dst.range,
      'r10 is the frame pointer: the kernel refuses programs that write it.',
    );
  }
}

function aluWith(name: string, dst: Register, cursor: Cursor, context: Context): Parsed {
  const suffix = dst.half ? '32' : '';
  if (peekRegister(cursor)) {
    const src = takeRegisterLike(dst, cursor, context);
    if (name === 'mov') refuseExpression(dst, src, cursor, context);
    return make(name + suffix, 'alu-reg', { dst: dst.number, src: src.number });
  }
  const value = takeValue(cursor, context);
  const imm = imm32(value, dst.half, context, name === 'mov' && !dst.half ? `${value.value} ll` : undefined);
  return make(name + suffix, 'alu-imm', { dst: dst.number, imm });
}

/** `r0 = r1 / 2` is two instructions. */
function refuseExpression(dst: Register, src: Register, cursor: Cursor, { problems }: Context): void {
  const operator = cursor.peek();
  const operation = operator && `${operator.text}=`;
  if (!operator || !operation || !ALU_NAMES.has(operation)) return;
  const [to, from] = [dst, src].map(({ number, half }) => `${half ? 'w' : 'r'}${number}`);
  const first = to === from ? '' : ` after \`${to} = ${from}\``;
  const range = { ...src.range, column: dst.range.column, endColumn: operator.range.endColumn };
  problems.fail(
    CODES.badForm,
    operator.range,
    `An instruction does one operation: write \`${to} ${operation} ...\`${first}.`,
    to === from ? { title: `Change to ${to} ${operation}`, range, text: `${to} ${operation}` } : undefined,
  );
}

function assign(dst: Register, cursor: Cursor, context: Context): Parsed {
  warnFramePointer(dst, context);
  const token = cursor.peek();
  const source =
    token && (SOURCES.get(token.text.replace(/^(le|be|bswap)(16|32|64)$/, 'swap')) ?? atomicSource(token.text));
  if (token && source) {
    cursor.next('');
    if (token.kind === 'word') context.references.push({ kind: 'mnemonic', name: token.text, range: token.range });
    return source(dst, cursor, context, token);
  }
  if (token?.text === '-' && looksLikeRegister(cursor.peek(1)?.text ?? '')) return negate(dst, cursor, context);
  if (token && cursor.peek(1)?.text === 'll' && token.kind === 'word') return functionAddress(dst, cursor, context);
  if (peekRegister(cursor)) return aluWith('mov', dst, cursor, context);
  return assignValue(dst, cursor, context);
}

const SOURCES: ReadonlyMap<string, Source> = new Map(
  Object.entries<Source>({
    '*': load,
    '(': signExtend,
    swap: byteSwap,
    load_acquire: loadAcquire,
    addr_space_cast: addressSpaceCast,
  }),
);

function assignValue(dst: Register, cursor: Cursor, context: Context): Parsed {
  const value = takeValue(cursor, context);
  const ll = cursor.accept('ll');
  if (!ll) {
    const imm = imm32(value, dst.half, context, dst.half ? undefined : `${value.value} ll`);
    return make(dst.half ? 'mov32' : 'mov', 'alu-imm', { dst: dst.number, imm });
  }
  requireFull(dst, context);
  return wide(dst, WIDE_KIND.VALUE, value, context);
}

function wide(dst: Register, src: number, { value, range }: Value, { problems }: Context): Parsed {
  if (value < -(1n << 63n) || value >= 1n << 64n) {
    problems.report(CODES.immediateRange, range, `${value} does not fit in 64 bits.`);
  }
  return make('lddw', 'wide', {
    dst: dst.number,
    src,
    imm: Number(BigInt.asIntN(32, value)),
    high: Number(BigInt.asIntN(32, value >> 32n)),
  });
}

function functionAddress(dst: Register, cursor: Cursor, context: Context): Parsed {
  requireFull(dst, context);
  const callee = cursor.word('a function');
  cursor.expect('ll');
  return { ...make('lddw', 'wide', { dst: dst.number, src: WIDE_KIND.FUNC }), callee };
}

/** `ld_pseudo r1, KIND, VALUE`: wide immediates that the loader gives a meaning. */
function pseudoWide(cursor: Cursor, context: Context): Parsed {
  const dst = takeRegister(cursor, context);
  cursor.expect(',');
  const kind = takeValue(cursor, context);
  cursor.expect(',');
  const value = takeValue(cursor, context);
  if (kind.value < 0n || kind.value > BigInt(WIDE_KIND.MAP_IDX_VALUE)) {
    context.problems.fail(CODES.immediateRange, kind.range, `The kind is 0 to ${WIDE_KIND.MAP_IDX_VALUE}.`);
  }
  return wide(dst, Number(kind.value), value, context);
}

function negate(dst: Register, cursor: Cursor, context: Context): Parsed {
  cursor.expect('-');
  sameAs(dst, cursor, context);
  return make(dst.half ? 'neg32' : 'neg', 'unary', { dst: dst.number });
}

function byteSwap(dst: Register, cursor: Cursor, context: Context, word: Token): Parsed {
  requireFull(dst, context);
  sameAs(dst, cursor, context);
  return make(word.text, 'unary', { dst: dst.number });
}

function signExtend(dst: Register, cursor: Cursor, context: Context): Parsed {
  const type = cursor.word('s8, s16 or s32');
  const from = /^s(8|16|32)$/.exec(type.text)?.[1];
  if (from === undefined || (dst.half && from === '32')) {
    context.problems.fail(
      CODES.badForm,
      type.range,
      `Expected (s8) or (s16)${dst.half ? '' : ' or (s32)'}, found \`${type.text}\`.`,
    );
  }
  cursor.expect(')');
  const src = takeRegisterLike(dst, cursor, context);
  return make(`movsx${from}${dst.half ? 32 : 64}`, 'alu-reg', { dst: dst.number, src: src.number });
}

function addressSpaceCast(dst: Register, cursor: Cursor, context: Context): Parsed {
  cursor.expect('(');
  const src = takeRegister(cursor, context);
  cursor.expect(',');
  const to = takeValue(cursor, context).value;
  cursor.expect(',');
  const from = takeValue(cursor, context).value;
  cursor.expect(')');
  const imm = Number(BigInt.asIntN(32, (to << 16n) | (from & 0xffffn)));
  return make('addr_space_cast', 'address-space', { dst: dst.number, src: src.number, imm });
}

// --- jumps and calls

function conditionalJump(cursor: Cursor, context: Context): Parsed {
  const dst = takeRegister(cursor, context);
  const operator = cursor.next('a comparison');
  const name = JUMP_NAMES.get(operator.text);
  if (name === undefined) {
    const fix = operator.text === '=' ? { title: 'Change to ==', range: operator.range, text: '==' } : undefined;
    context.problems.fail(
      CODES.badForm,
      operator.range,
      `Expected a comparison (${[...JUMP_NAMES.keys()].join(' ')}), found \`${operator.text}\`.`,
      fix,
    );
  }
  const suffix = dst.half ? '32' : '';
  const parsed = peekRegister(cursor)
    ? make(name + suffix, 'jump-reg', { dst: dst.number, src: takeRegisterLike(dst, cursor, context).number })
    : make(name + suffix, 'jump-imm', { dst: dst.number, imm: comparedImm(dst, cursor, context) });
  const goto = cursor.expect('goto');
  context.references.push({ kind: 'mnemonic', name: 'goto', range: goto.range });
  return { ...parsed, target: takeTarget(cursor, context) };
}

/**
 * Warns of compared immediates with the top bit set: the kernel prints them as unsigned 32 bits although they are
 * sign-extended.
 */
function comparedImm({ half }: Register, cursor: Cursor, context: Context): number {
  const value = takeValue(cursor, context);
  if (!half && value.value > 0x7fffffffn && value.value <= 0xffffffffn) {
    const text = String(BigInt.asIntN(32, value.value));
    const message = `The 32 bits of an immediate are sign-extended: this compares with ${text}.`;
    const fix = { title: `Change to ${text}`, range: value.range, text };
    context.problems.report(CODES.signExtended, value.range, message, fix);
  }
  return imm32(value, true, context);
}

/** `call NAME`, `call 12`, `call +7` (in this program), `call kfunc 1234`; `call unknown#12`, `call #0` of listings. */
function call(cursor: Cursor, context: Context): Parsed {
  const token = cursor.peek();
  const after = cursor.peek(1);
  if ((token?.text === 'kfunc' && after) || token?.text === '#' || token?.text === 'kernel-function#') {
    return callKfunc(cursor, context);
  }
  if (token?.text === '+' || token?.text === 'pc') {
    const target = takeTarget(cursor, context);
    return {
      insn: insn(OPCODE.CALL, { src: CALL_KIND.LOCAL, imm: target.kind === 'relative' ? target.value : 0 }),
      target,
    };
  }
  if (token?.kind === 'word' && !cursor.accept('unknown#')) {
    const callee = cursor.word('a function');
    refuseArguments(cursor, context);
    return { insn: insn(OPCODE.CALL), callee };
  }
  return make('call', 'call', { imm: imm32(takeValue(cursor, context), false, context) });
}

/** `call f()`: arguments lie in r1 to r5. */
function refuseArguments(cursor: Cursor, { problems }: Context): void {
  const open = cursor.accept('(');
  if (!open) return;
  const isEmpty = cursor.accept(')') !== null;
  const fix = { title: 'Remove ()', range: cursor.since(open), text: '' };
  problems.fail(
    CODES.badForm,
    open.range,
    'A call names the function only: its arguments lie in r1 to r5.',
    isEmpty ? fix : undefined,
  );
}

function callKfunc(cursor: Cursor, context: Context): Parsed {
  cursor.word('kfunc');
  const imm = imm32(takeValue(cursor, context), false, context);
  const fd = cursor.accept(',') ? takeValue(cursor, context) : null;
  if (fd && (fd.value < -0x8000n || fd.value > 0x7fffn)) {
    context.problems.fail(CODES.offsetRange, fd.range, 'The index into fd_array has 16 bits.');
  }
  return make('call runtime', 'call-kfunc', { imm, off: Number(fd?.value ?? 0n) });
}
