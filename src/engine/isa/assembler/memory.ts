/* Loads, stores and atomics in pseudo-C. */
import type { TextRange } from '../../base/result.ts';
import { ATOMIC_NAMES } from '../instructions.ts';
import { imm32, make, type Parsed, requireFull, sameAs, type Source, storedImm } from './draft.ts';
import { nearest } from './nearest.ts';
import {
  type Address,
  type Context,
  peekRegister,
  type Register,
  takeAddress,
  takeRegister,
  takeRegisterLike,
  takeValue,
} from './operands.ts';
import { CODES } from './problems.ts';
import type { Cursor } from './source.ts';

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

/** Warns of a scalar field that is read or written in another width than its own, which is nearly always a mistake. */
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

export function load(dst: Register, cursor: Cursor, context: Context): Parsed {
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
  // the kernel writes `skb[r7 + -1]`
  if (index && cursor.peek(1)?.text === '-') cursor.accept('+');
  const imm = more ? imm32(takeValue(cursor, context), false, context) : 0;
  cursor.expect(']');
  if (index) return make(`ldind${type.suffix}`, 'packet-ind', { src: index.number, imm });
  return make(`ldabs${type.suffix}`, 'packet-abs', { imm });
}

export function loadAcquire(dst: Register, cursor: Cursor, context: Context): Parsed {
  cursor.expect('(');
  const { suffix, base, off } = takeAccess(cursor, context);
  cursor.expect(')');
  return make(`ldacq${suffix}`, 'load', { dst: dst.number, src: base.number, off });
}

export function store(cursor: Cursor, context: Context): Parsed {
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

export function storeRelease(cursor: Cursor, context: Context): Parsed {
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
export function atomicStore(cursor: Cursor, context: Context): Parsed {
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
  return atomic(name, asLLVM(src, access.bits), access.bits, access, context);
}

/**
 * Reads atomics in LLVM's and in the kernel's spelling: `atomic64_fetch_add`, `atomic_cmpxchg((u32 *)(r1 +0), r0, r2)`.
 */
export function atomicSource(word: string): Source | undefined {
  const fetch = /^atomic(?:64)?_fetch_(add|or|and|xor)$/.exec(word)?.[1];
  if (fetch !== undefined) return (dst, cursor, context) => atomicFetch(fetch, dst, cursor, context);
  const kernel = /^atomic(?:64)?_(cmpxchg|xchg)$/.exec(word)?.[1];
  if (kernel !== undefined) {
    return (dst, cursor, context) => {
      cursor.expect('(');
      const access = takeAccess(cursor, context);
      return atomicExchange(kernel, access.bits, access, dst, cursor, context);
    };
  }
  const exchange = /^(cmpxchg|xchg)(_64|32_32)$/.exec(word);
  if (!exchange) return undefined;
  const bits = exchange[2] === '_64' ? 64 : 32;
  return (dst, cursor, context) => {
    cursor.expect('(');
    return atomicExchange(exchange[1], bits, takeAddress(cursor, context), dst, cursor, context);
  };
}

/** `r2 = atomic_fetch_add((u64 *)(r1 + 0), r2)` */
function atomicFetch(name: string, dst: Register, cursor: Cursor, context: Context): Parsed {
  cursor.expect('(');
  const access = takeAccess(cursor, context);
  cursor.expect(',');
  sameAs(dst, cursor, context);
  cursor.expect(')');
  return atomic(`fetch ${name}`, asLLVM(dst, access.bits), access.bits, access, context);
}

/** The kernel, and LLVM before 20 without a result, write r registers for u32 as well. */
const asLLVM = (register: Register, bits: number): Register => (bits === 32 ? { ...register, half: true } : register);

/** After the address of `r2 = xchg_64(r1 + 0, r2)`, `w0 = cmpxchg32_32(r1 + 0, w0, w2)`. */
function atomicExchange(
  name: string,
  bits: number,
  address: Address,
  dst: Register,
  cursor: Cursor,
  context: Context,
): Parsed {
  cursor.expect(',');
  if (name === 'xchg') {
    sameAs(dst, cursor, context);
    cursor.expect(')');
    return atomic(name, asLLVM(dst, bits), bits, address, context);
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
  return atomic(name, asLLVM(src, bits), bits, address, context);
}
