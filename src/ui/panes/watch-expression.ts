/*
 * Parses watch expressions: a register, a field of a socket or of a map's value, a field through a register that points
 * to a socket, and memory by type and register. Returns a place or a message; never throws.
 */
import { entryOf } from '../../engine/index.ts';
import type { Btf, ColdSnapshot, CpuSnapshot } from '../../engine/index.ts';
import { wordText } from '../../page/register-text.ts';

export type Watched =
  | { readonly kind: 'register'; readonly text: string; readonly register: number }
  | {
      readonly kind: 'memory';
      readonly address: number;
      readonly length: number;
      /** first bit of a bitfield and its width; width 0: the whole field */
      readonly bit: number;
      readonly bitSize: number;
      readonly signed: boolean;
    }
  | { readonly kind: 'error'; readonly message: string };

export interface WatchWorld {
  readonly cpu: CpuSnapshot | null;
  readonly cold: ColdSnapshot | null;
  readonly btf: Btf | null;
}

export const WATCH_EXAMPLES = ['r0', 'sk1.snd_cwnd', 'r6->snd_ssthresh', 'map A.common.state', '*(u32 *)(r10 - 8)'];

const error = (message: string): Watched => ({ kind: 'error', message });
const NO_PROGRAM = 'no program is stopped here';

const FORMS: readonly (readonly [RegExp, (match: RegExpExecArray, world: WatchWorld) => Watched])[] = [
  [/^r(\d+)$/, ([, n], world) => register(Number(n), world)],
  [/^sk\s*(\d+)\.([\w.]+)$/, ([, id, path = ''], world) => socketField(Number(id), path, world)],
  [/^map\s+(\w)\.([\w.]+)$/, ([, letter = '', path = ''], world) => mapField(letter, path, world)],
  [/^r(\d+)\s*->\s*([\w.]+)$/, ([, n, path = ''], world) => throughRegister(Number(n), path, world)],
  [
    /^\*\s*\(\s*([us])(8|16|32|64)\s*\*\s*\)\s*\(\s*r(\d+)\s*(?:([+-])\s*(\d+|0x[0-9a-f]+)\s*)?\)$/i,
    ([, sign = '', bits, n, way, by], world) =>
      memory(Number(n), (way === '-' ? -1 : 1) * Number(by ?? 0), Number(bits) / 8, sign.toLowerCase() === 's', world),
  ],
];

export function watchOf(text: string, world: WatchWorld): Watched {
  for (const [form, make] of FORMS) {
    const match = form.exec(text.trim());
    if (match) return make(match, world);
  }
  return error(`this cannot be watched; examples: ${WATCH_EXAMPLES.join(', ')}`);
}

const isRegister = (n: number): boolean => n <= 10;

function register(n: number, world: WatchWorld): Watched {
  const { cpu } = world;
  if (!isRegister(n)) return error('there are r0 to r10');
  if (!cpu) return error(NO_PROGRAM);
  const { text, note } = wordText(entryOf(cpu.registers, n), world);
  return { kind: 'register', register: n, text: note === '' ? text : `${text} ${note}` };
}

function field(base: number, struct: string, path: string, { btf }: WatchWorld): Watched {
  const found = btf?.field(struct, path);
  if (!btf) return error('the types are still loading');
  if (!found || found.size <= 0) return error(`struct ${struct} has no ${path}`);
  const { byteOffset, size, bit, bitSize, type } = found;
  const length = bitSize > 0 ? Math.ceil((bit + bitSize) / 8) : size;
  return { kind: 'memory', address: base + byteOffset, length, bit, bitSize, signed: isSigned(btf, type) };
}

function isSigned(btf: Btf, id: number): boolean {
  const type = btf.type(btf.skipModifiers(id));
  return type?.kind === 'INT' && /^(signed |int|short|long|char)/.test(type.name) && !type.name.includes('unsigned');
}

function socketField(id: number, path: string, world: WatchWorld): Watched {
  const socket = world.cold?.sockets.find((one) => one.id === id);
  if (!socket || socket.sk === 0) return error(`there is no socket ${id} at this time`);
  return field(socket.sk, 'tcp_sock', path, world);
}

function mapField(letter: string, path: string, world: WatchWorld): Watched {
  const map = world.cold?.maps.find((one) => one.letter === letter.toUpperCase());
  if (!map || map.kvalue === 0) return error(`there is no map ${letter} at this time`);
  return field(map.kvalue, `bpf_struct_ops_${map.struct}`, path, world);
}

function throughRegister(n: number, path: string, world: WatchWorld): Watched {
  if (!isRegister(n)) return error('there are r0 to r10');
  if (!world.cpu) return error(NO_PROGRAM);
  const address = entryOf(world.cpu.registers, n)[0] >>> 0;
  const points = world.cold?.sockets.some(({ sk, peer }) => address !== 0 && (address === sk || address === peer));
  return points ? field(address, 'tcp_sock', path, world) : error(`r${n} does not point to a socket here`);
}

function memory(n: number, by: number, length: number, signed: boolean, { cpu }: WatchWorld): Watched {
  if (!isRegister(n)) return error('there are r0 to r10');
  if (!cpu) return error(NO_PROGRAM);
  const address = (entryOf(cpu.registers, n)[0] + by) >>> 0;
  return { kind: 'memory', address, length, bit: 0, bitSize: 0, signed };
}

/** Bytes as a number, or as hex when there are many. */
export function watchedText(watched: Extract<Watched, { kind: 'memory' }>, bytes: Uint8Array): string {
  if (bytes.length > 8) return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  let value = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  if (watched.bitSize > 0) value = (value >> BigInt(watched.bit)) & ((1n << BigInt(watched.bitSize)) - 1n);
  else if (watched.signed) value = BigInt.asIntN(bytes.length * 8, value);
  return value > 0xffffffffn ? `0x${value.toString(16)}` : String(value);
}
