/* Resolves names in conditions. */
import { highWord, lowWord } from '../vm/prepared.ts';
import { own } from '../base/own.ts';
import { readNumber } from '../base/bytes.ts';
import type { Value } from '../base/expression.ts';
import type { Machine } from './machine.ts';
import type { Sight } from './stops.ts';

type Look = (sight: Sight) => Value | undefined;

interface Known {
  readonly value: Look;
  /** evaluated for each connection in turn, or depends on the hit count */
  readonly needs: 'socket' | 'hits' | null;
}

interface Unknown {
  readonly problem: string;
  readonly expected: string;
}

const plain = (value: Look): Known => ({ value, needs: null });

const GLOBALS: ReadonlyMap<string, Known> = new Map<string, Known>([
  ['time', plain(({ machine }) => machine.events.now)],
  ['ms', plain(({ machine }) => machine.events.now / 1e6)],
  ['event', plain(({ machine }) => machine.events.count)],
  ['queue', plain(({ machine }) => machine.tcp.net.queueLength)],
  ['drops', plain(({ machine }) => machine.tcp.net.drops)],
  ['flows', plain(({ machine }) => machine.tcp.flows().length)],
  ['insns', plain(({ machine }) => machine.executedInsns)],
  ['hits', { value: ({ hits }) => hits, needs: 'hits' }],
]);

const REGISTERS = 11;
const SOCKET = /^(?:sk|tp)(\d{1,6})?$/;

interface Field {
  readonly offset: number;
  readonly size: number;
}

/** A numeric field of tcp_sock; null when there is none of that name. */
function numberField(machine: Machine, path: readonly string[]): Field | null {
  const field = machine.btf.field('tcp_sock', path.join('.'));
  if (!field || field.size <= 0 || field.size > 8 || field.bitSize > 0) return null;
  return { offset: field.byteOffset, size: field.size };
}

function read({ memory }: Machine, address: number, { offset, size }: Field): number | undefined {
  const at = address + offset;
  if (address === 0 || at + size > memory.u8.length) return undefined;
  return readNumber(memory.u8, at, size);
}

/** `r0` to `r10` as unsigned 64-bit numbers; above 2^53 the low bits are lost. */
const register =
  (n: number): Look =>
  ({ registers }) =>
    registers ? lowWord(registers, n) + highWord(registers, n) * 2 ** 32 : undefined;

const MAP_FACTS: Readonly<Record<string, (map: { readonly refcnt: number; readonly state: string }) => Value>> = {
  refcnt: ({ refcnt }) => refcnt,
  state: ({ state }) => state,
};

const EXPECTED = `${[...GLOBALS.keys()].join(', ')}, tp->FIELD and skN.FIELD with a number of tcp_sock, A.refcnt, A.state`;

const unknown = (name: string, hasRegisters: boolean): Unknown => ({
  problem: `there is no "${name}" here`,
  expected: hasRegisters ? `r0 to r10, rN->FIELD, ${EXPECTED}` : EXPECTED,
});

/** A register, or a field of the connection to which it points. */
function ofRegister(n: number, rest: readonly string[], machine: Machine, hasRegisters: boolean): Known | Unknown {
  const name = `r${n}`;
  if (!hasRegisters) return { problem: `${name} is no register here: no program runs`, expected: EXPECTED };
  if (n >= REGISTERS) return { problem: `there is no register ${name}`, expected: 'r0 to r10' };
  if (rest.length === 0) return plain(register(n));
  const field = numberField(machine, rest);
  if (!field) return { problem: `tcp_sock has no number "${rest.join('.')}"`, expected: 'a field as snd_cwnd' };
  return plain((sight) => {
    const address = sight.registers ? lowWord(sight.registers, n) : 0;
    return sight.machine.tcp.socketOf(address) === 0 ? undefined : read(sight.machine, address, field);
  });
}

function ofSocket(id: string | undefined, rest: readonly string[], machine: Machine): Known | Unknown {
  const field = numberField(machine, rest);
  if (!field)
    return { problem: `tcp_sock has no number "${rest.join('.')}"`, expected: 'a field as snd_cwnd, srtt_us' };
  if (id === undefined) return { value: (sight) => read(sight.machine, sight.sk, field), needs: 'socket' };
  return plain(({ machine: now }) => {
    const socket = now.tcp.list().find((one) => one.id === Number(id));
    return socket ? read(now, socket.sk, field) : undefined;
  });
}

/** Resolves the parts of a name; for an unknown name returns an error with the known ones. */
export function look(path: readonly string[], machine: Machine, hasRegisters: boolean): Known | Unknown {
  const [first = '', ...rest] = path;
  const global = rest.length === 0 ? GLOBALS.get(first) : undefined;
  if (global) return global;
  const n = /^r(\d{1,2})$/.exec(first);
  if (n) return ofRegister(Number(n[1]), rest, machine, hasRegisters);
  const socket = SOCKET.exec(first);
  if (socket && rest.length > 0) return ofSocket(socket[1], rest, machine);
  const fact = rest.length === 1 ? own(MAP_FACTS, rest.join('.')) : undefined;
  if (fact && /^[A-Z]+$/.test(first)) {
    return plain(({ machine: now }) => {
      const map = now.lifecycle().find(({ letter }) => letter === first);
      return map && fact(map);
    });
  }
  // a field by itself belongs to the connection
  if (rest.length === 0 && numberField(machine, path)) return ofSocket(undefined, path, machine);
  return unknown(path.join('.'), hasRegisters);
}
