/*
 * One line of LLVM's pseudo-C as an instruction. What a line begins with decides its form; the instruction itself comes
 * from the table, by name and operand shape.
 */
import type { Fix, TextRange } from '../../base/result.ts';
import { type Insn, insn } from '../insn.ts';
import { ALU_NAMES, ATOMIC_NAMES, formOf, formsOf, JUMP_NAMES, type Shape } from '../instructions.ts';
import { CALL_KIND, FRAME_POINTER, OPCODE, WIDE_KIND } from '../opcodes.ts';
import { nearest } from './nearest.ts';
import {
  type Address,
  type Context,
  looksLikeRegister,
  peekRegister,
  REGISTER_NAMES,
  type Register,
  registerFrom,
  type Target,
  takeAddress,
  takeRegister,
  takeRegisterLike,
  takeTarget,
  takeValue,
  type Value,
} from './operands.ts';
import { CODES } from './problems.ts';
import { type Cursor, span, type Token } from './source.ts';

/** An instruction whose jump target or function is still a name. */
export interface Draft {
  insn: Insn;
  readonly range: TextRange;
  readonly target: Target | null;
  /** function named by a call or an address */
  readonly callee: Token | null;
}

type Operands = Partial<Omit<Insn, 'opcode'>>;
type Parsed = Pick<Draft, 'insn'> & Partial<Draft>;
type LineParser = (cursor: Cursor, context: Context, first: Token) => Parsed;

function make(name: string, shape: Shape, operands: Operands): Parsed {
  const { opcode, off = 0, imm = 0, src = 0 } = formOf(name, shape);
  return { insn: insn(opcode, { off, imm, src, ...operands }) };
}

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
  const near = nearest(first.text, words);
  const fix: Fix | undefined =
    near === null ? undefined : { title: `Change to ${near}`, range: first.range, text: near };
  const what = followed ? 'register' : 'instruction';
  return problems.fail(
    followed ? CODES.unknownRegister : CODES.unknownInstruction,
    first.range,
    `Unknown ${what} \`${first.text}\`.${near === null ? '' : ` Did you mean \`${near}\`?`}`,
    fix,
  );
}

// --- immediates

/** A value as the signed 32 bits of imm. `unsigned`: bits above the sign are free (32-bit operations). */
function imm32({ value, range }: Value, unsigned: boolean, { problems }: Context, wideFix?: string): number {
  const limit = unsigned ? 0xffffffffn : 0x7fffffffn;
  if (value >= -0x80000000n && value <= limit) return Number(BigInt.asIntN(32, value));
  problems.report(
    CODES.immediateRange,
    range,
    wideFix === undefined
      ? `${value} does not fit in the instruction's 32 bits.`
      : `${value} does not fit in 32 bits, which are sign-extended here. A wide load takes any number.`,
    wideFix === undefined ? undefined : { title: 'Load all 64 bits', range, text: wideFix },
  );
  return 0;
}

/** The immediate of a store of so many bits; more of them are cut off as the machine does. */
function storedImm(value: Value, bits: number, context: Context): number {
  if (bits < 32 && (value.value < -(1n << BigInt(bits - 1)) || value.value >= 1n << BigInt(bits))) {
    context.problems.report(CODES.cutOff, value.range, `Only the low ${bits} bits of ${value.value} are stored.`);
  }
  return imm32(value, bits <= 32, context);
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
    return make(name + suffix, 'alu-reg', { dst: dst.number, src: takeRegisterLike(dst, cursor, context).number });
  }
  const value = takeValue(cursor, context);
  const imm = imm32(value, dst.half, context, name === 'mov' && !dst.half ? `${value.value} ll` : undefined);
  return make(name + suffix, 'alu-imm', { dst: dst.number, imm });
}

type Source = (dst: Register, cursor: Cursor, context: Context, first: Token) => Parsed;

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

function requireFull(register: Register, { problems }: Context): void {
  if (!register.half) return;
  const text = `r${register.number}`;
  problems.fail(CODES.badForm, register.range, `This takes all 64 bits: use ${text}.`, {
    title: `Change to ${text}`,
    range: register.range,
    text,
  });
}

function sameAs(dst: Register, cursor: Cursor, context: Context): void {
  const src = takeRegisterLike(dst, cursor, context);
  if (src.number === dst.number) return;
  const text = `${dst.half ? 'w' : 'r'}${dst.number}`;
  context.problems.fail(CODES.badForm, src.range, `This works in place: both registers must be ${text}.`, {
    title: `Change to ${text}`,
    range: src.range,
    text,
  });
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

// --- memory

const TYPES: ReadonlyMap<string, Omit<AccessType, 'range'>> = new Map(
  Object.entries({
    u8: { suffix: 'b', signed: false, bits: 8 },
    u16: { suffix: 'h', signed: false, bits: 16 },
    u32: { suffix: 'w', signed: false, bits: 32 },
    u64: { suffix: 'dw', signed: false, bits: 64 },
    s8: { suffix: 'b', signed: true, bits: 8 },
    s16: { suffix: 'h', signed: true, bits: 16 },
    s32: { suffix: 'w', signed: true, bits: 32 },
  }),
);

interface Access extends Address {
  readonly suffix: string;
  readonly signed: boolean;
  readonly bits: number;
}

interface AccessType {
  readonly suffix: string;
  readonly signed: boolean;
  readonly bits: number;
  readonly range: TextRange;
}

/** `(u32 *)` after its first bracket */
function takeType(cursor: Cursor, context: Context): AccessType {
  const token = cursor.word('a type such as u32');
  const type = TYPES.get(token.text);
  if (!type) {
    const near = nearest(token.text, TYPES.keys()) ?? 'u32';
    context.problems.fail(
      CODES.unknownType,
      token.range,
      `Unknown type \`${token.text}\`: u8, u16, u32, u64, or s8, s16, s32 for loads that extend the sign.`,
      {
        title: `Change to ${near}`,
        range: token.range,
        text: near,
      },
    );
  }
  cursor.expect('*');
  cursor.expect(')');
  return { ...type, range: token.range };
}

/** `(u32 *)(r1 + 8)` */
function takeAccess(cursor: Cursor, context: Context): Access {
  cursor.expect('(');
  const type = takeType(cursor, context);
  return accessAfterType(type, cursor, context);
}

function accessAfterType(type: AccessType, cursor: Cursor, context: Context): Access {
  cursor.expect('(');
  const address = takeAddress(cursor, context);
  cursor.expect(')');
  checkWidth(type, address, context);
  return { ...type, ...address };
}

/** A scalar field read or written in another width than its own is nearly always a slip. */
function checkWidth(type: AccessType, { field }: Address, { problems }: Context): void {
  if (!field) return;
  const bytes = type.bits / 8;
  if (field.bitSize > 0) {
    if (field.bit + field.bitSize > type.bits) {
      problems.report(
        CODES.accessWidth,
        type.range,
        `The bitfield lies in bits ${field.bit} to ${field.bit + field.bitSize - 1}: ${type.bits} bits are too few.`,
      );
    }
    return;
  }
  if (![1, 2, 4, 8].includes(field.size) || field.size === bytes) return;
  const text = `${type.signed ? 's' : 'u'}${field.size * 8}`;
  problems.report(CODES.accessWidth, type.range, `The field has ${field.size} bytes, this moves ${bytes}.`, {
    title: `Change to ${text}`,
    range: type.range,
    text,
  });
}

function load(dst: Register, cursor: Cursor, context: Context): Parsed {
  cursor.expect('(');
  const type = takeType(cursor, context);
  if (cursor.peek()?.text === 'skb') return packetLoad(dst, type, cursor, context);
  const { suffix, signed, bits, base, off } = accessAfterType(type, cursor, context);
  if (dst.half && (signed || bits === 64)) requireFull(dst, context);
  return make(`ldx${signed ? 's' : ''}${suffix}`, 'load', { dst: dst.number, src: base.number, off });
}

/** `skb[12]` or `skb[r7 + 3]`; the result is always r0. */
function packetLoad(dst: Register, type: AccessType, cursor: Cursor, context: Context): Parsed {
  cursor.expect('skb');
  if (dst.number !== 0 || type.signed || type.bits === 64) {
    context.problems.fail(CODES.badForm, type.range, 'A packet load is `r0 = *(u8 *)skb[...]`, with u8, u16 or u32.');
  }
  cursor.expect('[');
  const index = peekRegister(cursor) ? takeRegister(cursor, context) : null;
  const more = !index || ['+', '-'].includes(cursor.peek()?.text ?? '');
  const imm = more ? imm32(takeValue(cursor, context), false, context) : 0;
  cursor.expect(']');
  if (index) return make(`ldind${type.suffix}`, 'packet-ind', { src: index.number, imm });
  return make(`ldabs${type.suffix}`, 'packet-abs', { imm });
}

function loadAcquire(dst: Register, cursor: Cursor, context: Context): Parsed {
  cursor.expect('(');
  const { suffix, base, off } = takeAccess(cursor, context);
  cursor.expect(')');
  return make(`ldacq${suffix}`, 'load', { dst: dst.number, src: base.number, off });
}

function store(cursor: Cursor, context: Context): Parsed {
  const { suffix, bits, signed, base, off, range } = takeAccess(cursor, context);
  if (signed) context.problems.report(CODES.badForm, range, 'A store has no sign: use u8, u16 or u32.');
  cursor.expect('=');
  if (!peekRegister(cursor)) {
    return make(`st${suffix}`, 'store-imm', {
      dst: base.number,
      off,
      imm: storedImm(takeValue(cursor, context), bits, context),
    });
  }
  const src = takeRegister(cursor, context);
  if (src.half && bits === 64) requireFull(src, context);
  return make(`stx${suffix}`, 'store-reg', { dst: base.number, src: src.number, off });
}

function storeRelease(cursor: Cursor, context: Context): Parsed {
  cursor.expect('(');
  const { suffix, base, off } = takeAccess(cursor, context);
  cursor.expect(',');
  const src = takeRegister(cursor, context);
  cursor.expect(')');
  return make(`strel${suffix}`, 'store-reg', { dst: base.number, src: src.number, off });
}

// --- atomics

/** 32 or 64 bits by the register; anything else in the text must agree. */
function atomic(
  operation: string,
  register: Register,
  bits: number,
  { base, off, range }: Address,
  context: Context,
): Parsed {
  if (bits !== (register.half ? 32 : 64)) {
    const text = `${bits === 64 ? 'r' : 'w'}${register.number}`;
    context.problems.fail(
      CODES.badForm,
      bits === 32 || bits === 64 ? register.range : range,
      'Atomics work on u32 with w registers and on u64 with r registers.',
      {
        title: `Change to ${text}`,
        range: register.range,
        text,
      },
    );
  }
  return make(`lock ${operation}${bits === 32 ? '32' : ''}`, 'atomic', { dst: base.number, src: register.number, off });
}

/** `lock *(u64 *)(r1 + 0) += r2` */
function atomicStore(cursor: Cursor, context: Context): Parsed {
  cursor.expect('*');
  const access = takeAccess(cursor, context);
  const operator = cursor.next('an operator');
  const name = ATOMIC_NAMES.get(operator.text);
  if (name === undefined) {
    context.problems.fail(
      CODES.badForm,
      operator.range,
      `Expected one of ${[...ATOMIC_NAMES.keys()].join(' ')}, found \`${operator.text}\`.`,
    );
  }
  const src = takeRegister(cursor, context);
  // LLVM before 20 wrote an r register for u32 as well
  const register = access.bits === 32 ? { ...src, half: true } : src;
  return atomic(name, register, access.bits, access, context);
}

function atomicSource(word: string): Source | undefined {
  const fetch = /^atomic_fetch_(add|or|and|xor)$/.exec(word)?.[1];
  if (fetch !== undefined) return (dst, cursor, context) => atomicFetch(fetch, dst, cursor, context);
  const exchange = /^(cmpxchg|xchg)(_64|32_32)$/.exec(word);
  if (!exchange) return undefined;
  const bits = exchange[2] === '_64' ? 64 : 32;
  return (dst, cursor, context) => atomicExchange(exchange[1], bits, dst, cursor, context);
}

/** `r2 = atomic_fetch_add((u64 *)(r1 + 0), r2)` */
function atomicFetch(name: string, dst: Register, cursor: Cursor, context: Context): Parsed {
  cursor.expect('(');
  const access = takeAccess(cursor, context);
  cursor.expect(',');
  sameAs(dst, cursor, context);
  cursor.expect(')');
  return atomic(`fetch ${name}`, dst, access.bits, access, context);
}

/** `r2 = xchg_64(r1 + 0, r2)`, `w0 = cmpxchg32_32(r1 + 0, w0, w2)` */
function atomicExchange(name: string, bits: number, dst: Register, cursor: Cursor, context: Context): Parsed {
  cursor.expect('(');
  const address = takeAddress(cursor, context);
  cursor.expect(',');
  if (name === 'xchg') {
    sameAs(dst, cursor, context);
    cursor.expect(')');
    return atomic(name, dst, bits, address, context);
  }
  if (dst.number !== 0) {
    const text = dst.half ? 'w0' : 'r0';
    context.problems.fail(
      CODES.badForm,
      dst.range,
      'Compare-and-exchange compares with r0 and leaves the old value there.',
      { title: `Change to ${text}`, range: dst.range, text },
    );
  }
  sameAs(dst, cursor, context);
  cursor.expect(',');
  const src = takeRegisterLike(dst, cursor, context);
  cursor.expect(')');
  return atomic(name, src, bits, address, context);
}

// --- jumps and calls

function conditionalJump(cursor: Cursor, context: Context): Parsed {
  const dst = takeRegister(cursor, context);
  const operator = cursor.next('a comparison');
  const name = JUMP_NAMES.get(operator.text);
  if (name === undefined) {
    context.problems.fail(
      CODES.badForm,
      operator.range,
      `Expected a comparison (${[...JUMP_NAMES.keys()].join(' ')}), found \`${operator.text}\`.`,
    );
  }
  const suffix = dst.half ? '32' : '';
  const parsed = peekRegister(cursor)
    ? make(name + suffix, 'jump-reg', { dst: dst.number, src: takeRegisterLike(dst, cursor, context).number })
    : make(name + suffix, 'jump-imm', { dst: dst.number, imm: imm32(takeValue(cursor, context), dst.half, context) });
  const goto = cursor.expect('goto');
  context.references.push({ kind: 'mnemonic', name: 'goto', range: goto.range });
  return { ...parsed, target: takeTarget(cursor, context) };
}

/** `call NAME`, `call 12`, `call +7` (in this program), `call kfunc 1234`. */
function call(cursor: Cursor, context: Context): Parsed {
  const token = cursor.peek();
  const after = cursor.peek(1);
  if (token?.text === 'kfunc' && after) return callKfunc(cursor, context);
  if (token?.text === '+' || token?.text === 'pc') {
    const target = takeTarget(cursor, context);
    return {
      insn: insn(OPCODE.CALL, { src: CALL_KIND.LOCAL, imm: target.kind === 'relative' ? target.value : 0 }),
      target,
    };
  }
  if (token?.kind === 'word') {
    return { insn: insn(OPCODE.CALL), callee: cursor.word('a function') };
  }
  return make('call', 'call', { imm: imm32(takeValue(cursor, context), false, context) });
}

function callKfunc(cursor: Cursor, context: Context): Parsed {
  cursor.expect('kfunc');
  const imm = imm32(takeValue(cursor, context), false, context);
  const fd = cursor.accept(',') ? takeValue(cursor, context) : null;
  if (fd && (fd.value < -0x8000n || fd.value > 0x7fffn)) {
    context.problems.fail(CODES.offsetRange, span(fd.range, fd.range), 'The index into fd_array has 16 bits.');
  }
  return make('call runtime', 'call-kfunc', { imm, off: Number(fd?.value ?? 0n) });
}
