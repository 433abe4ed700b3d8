/* Describes what an address points to, and its kernel type. */
import type { Btf, BtfType, ColdSnapshot, CpuSnapshot } from '../engine/index.ts';
import { layoutOf } from './layouts.ts';

/** Objects with their addresses and types. */
export interface RegisterWorld {
  readonly cold: ColdSnapshot | null;
  readonly cpu: CpuSnapshot | null;
  readonly btf: Btf | null;
}

interface Pointee {
  /** `sk 3`, `sk 3 +1664`, `arg 4`, `ctx +16`, `fp -8` */
  readonly name: string;
  /** `tcp_sock`, `tcp_sock.snd_cwnd`; for the context its argument's type; empty when unknown */
  readonly type: string;
}

/** A struct of the kernel at an address. */
interface Known {
  readonly name: string;
  readonly base: number;
  readonly struct: string;
  readonly size: number;
}

/** Bytes from the start of a tcp_sock within which a pointer counts as pointing into that socket. */
const SOCK_SPAN = 4096;
const STACK_BYTES = 512;

export function pointee(address: number, world: RegisterWorld): Pointee | null {
  return inCall(address, world) ?? inStruct(address, world);
}

/** Describes addresses in the stored arguments and in the program's own frame. */
function inCall(address: number, world: RegisterWorld): Pointee | null {
  const { cpu } = world;
  if (!cpu) return null;
  const intoContext = address - cpu.context;
  if (intoContext >= 0 && intoContext < cpu.args.length * 8) {
    return { name: `ctx +${intoContext}`, type: intoContext % 8 === 0 ? argument(intoContext / 8) : '' };
  }
  const below = cpu.frame - address;
  return below >= 0 && below <= STACK_BYTES ? { name: below === 0 ? 'fp' : `fp -${below}`, type: '' } : null;
}

function inStruct(address: number, world: RegisterWorld): Pointee | null {
  const found = [...socketsOf(world), ...argumentsOf(world)]
    .filter(({ base, size }) => base !== 0 && address >= base && address < base + size)
    .sort((a, b) => b.base - a.base)[0];
  if (!found) return null;
  const { name, base, struct } = found;
  const into = address - base;
  if (into === 0) return { name, type: struct };
  const field = world.btf && fieldAt(world.btf, struct, into);
  return { name: `${name} +${into}`, type: field ? `${struct}.${field}` : struct };
}

const socketsOf = ({ cold }: RegisterWorld): Known[] =>
  (cold?.sockets ?? []).flatMap(({ id, sk, peer }) => [
    { name: `sk ${id}`, base: sk, struct: 'tcp_sock', size: SOCK_SPAN },
    { name: `peer of sk ${id}`, base: peer, struct: 'tcp_sock', size: SOCK_SPAN },
  ]);

/** Name of an argument; prototypes of function pointers do not name parameters. */
const argument = (i: number): string => `arg ${i + 1}`;

/** Structs passed to the call, such as a rate sample. */
function argumentsOf(world: RegisterWorld): Known[] {
  const { btf, cpu } = world;
  return paramsOf(world).flatMap(({ type }, i): Known[] => {
    const struct = btf && structBehind(btf, type);
    return struct ? [{ name: argument(i), base: cpu?.args[i]?.[0] ?? 0, struct: struct.name, size: struct.size }] : [];
  });
}

/** Parameters of the member that the program implements. */
function paramsOf({ btf, cpu, cold }: RegisterWorld): BtfType['params'] {
  const struct = cold?.maps.find(({ letter }) => letter === cpu?.map)?.struct;
  const member = btf && cpu && struct !== undefined ? btf.field(struct, cpu.member) : null;
  const pointer = member && btf?.type(btf.skipModifiers(member.type));
  return (pointer && btf?.type(btf.skipModifiers(pointer.type))?.params) ?? [];
}

/** The struct to which a pointer type points; null for other types. */
function structBehind(btf: Btf, id: number): BtfType | null {
  const pointer = btf.type(btf.skipModifiers(id));
  const target = pointer?.kind === 'PTR' ? btf.type(btf.skipModifiers(pointer.type)) : null;
  return target?.kind === 'STRUCT' || target?.kind === 'UNION' ? target : null;
}

/** The innermost field that begins at an offset. */
function fieldAt(btf: Btf, struct: string, offset: number): string | null {
  const rows = layoutOf(btf, btf.find('STRUCT', struct))?.rows ?? [];
  return rows.findLast(({ kind, name, offset: at }) => kind === 'field' && name !== '' && at === offset)?.path ?? null;
}
