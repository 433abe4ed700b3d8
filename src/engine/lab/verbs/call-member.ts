/* Calls a member by hand: parses the command's arguments, and reports the result. */
import { structOps } from '../../kernel/state.ts';
import { ERRNO } from '../../base/errno.ts';
import { formatValue } from '../../btf/values.ts';
import type { SyscallResult } from '../../kernel/calls.ts';
import type { Syscall } from '../../libbpf/process.ts';
import { withTargets } from '../../kernel/user-pointers.ts';
import { pointee } from '../../kernel/struct-ops/call.ts';
import type { Command } from '../commands.ts';
import { answer } from '../look.ts';
import { PLAIN } from '../user-space.ts';
import type { Verb } from '../verb.ts';
import type { World } from '../world.ts';
import type { LoadedMap } from '../user-state.ts';

type CallCommand = Extract<Command, { do: 'call-member' }>;

interface Calls {
  /** runs something that is counted and reported as a call */
  readonly simple: (text: string, run: () => number) => number;
  readonly impossible: (text: string, why: string) => number;
  readonly bpf: Syscall;
}

export const callMember: Verb<'call-member'> = {
  do: 'call-member',
  run: (user, command) => {
    const { process, map } = command;
    const told = { ...PLAIN, map };
    callByHand(user.world, user.map(map), command, {
      simple: (text, run) => user.simple(process, command.member, text, run, told),
      impossible: (text, why) => user.impossible(process, command.member, text, ERRNO.EINVAL, why),
      bpf: (name, attr) => user.bpf(process, name, attr, told),
    });
  },
};

const DUMMY = 'bpf_dummy_ops';
const USER_PAGE = 0x1000;
const HEX_ONLY = 'memory is given as hex digits, two a byte; a number of 64 bits as 0x and up to 16 of them';

function callByHand(machine: World, loaded: LoadedMap | undefined, command: CallCommand, calls: Calls): void {
  const { process, member, args } = command;
  const { kernel, btf } = machine;
  const shown = `${member}(${args.join(', ')})`;
  const map = loaded && structOps(kernel.state.maps[loaded.object]);
  if (!loaded || !map) return void calls.impossible(shown, `there is no map ${command.map}`);
  if (loaded.struct === DUMMY) return testRun(machine, loaded, command, calls);
  const values = args.map((arg) => (typeof arg === 'number' ? arg : (wideNumber(arg) ?? bytesOf(arg))));
  const given = values.filter((value) => value !== null);
  if (given.length < values.length) return void calls.impossible(shown, HEX_ONLY);
  let told = '';
  const ret = calls.simple(shown, () => {
    const called = kernel.callMember(map, member, given);
    if (typeof called === 'string') {
      told = called;
      return -1;
    }
    const type = kernel.types.find(({ name }) => name === loaded.struct)?.members.find((m) => m.name === member);
    const after = called.after.flatMap((bytes, i) => {
      const target = bytes && type ? pointee(btf, type.type, i) : 0;
      return bytes ? [`argument ${i + 1}: ${target > 0 ? formatValue(btf, target, bytes, 0) : hex(bytes)}`] : [];
    });
    told = [`${shown}${called.isVoid ? '' : ` = ${called.ret}`}`, ...after].join('; ');
    return called.isVoid ? 0 : Number(called.ret);
  });
  machine.message({
    process,
    source: 'call',
    level: ret === -1 && !told.startsWith(shown) ? 'error' : 'info',
    text: told,
  });
}

/** BPF_PROG_TEST_RUN: 8 bytes per argument; given memory is in user space, and is copied in and out again. */
function testRun(machine: World, loaded: LoadedMap, { process, member, args }: CallCommand, calls: Calls): void {
  const prog = loaded.progs.find((p) => p.member === member);
  const shown = `${member}(${args.join(', ')})`;
  if (!prog) return void calls.impossible(shown, `${member} is not implemented`);
  const memory = new Map<number, Uint8Array>();
  const context = new Uint8Array(args.length * 8);
  const view = new DataView(context.buffer);
  for (const [i, arg] of args.entries()) {
    const value = typeof arg === 'number' ? BigInt(Math.trunc(arg)) : wideNumber(arg);
    const bytes = value === null ? bytesOf(String(arg)) : null;
    if (value === null && bytes === null) return void calls.impossible(shown, HEX_ONLY);
    // any user-space address will do
    const at = USER_PAGE * (i + 1);
    if (bytes) memory.set(at, padded(bytes));
    view.setBigUint64(i * 8, BigInt.asUintN(64, value ?? BigInt(at)), true);
  }
  const attr = { prog_fd: prog.fd, ctx_in: withTargets(context, memory), ctx_size_in: context.length };
  const { ret, out }: SyscallResult = calls.bpf('BPF_PROG_TEST_RUN', attr);
  const after = [...memory.values()].map((bytes) => `; argument 1: ${hex(bytes)}`).join('');
  const text = ret < 0 ? `${shown}: ${answer(ret)}` : `${shown} = ${(out.fields?.retval ?? 0) | 0}${after}`;
  machine.message({ process, source: 'call', level: ret < 0 ? 'error' : 'info', text });
}

/** `0x…` and `-0x…`: parses numbers of more than 53 bits; null for other text, or more than 64 bits. */
function wideNumber(text: string): bigint | null {
  const digits = /^-?0x([0-9a-fA-F]{1,16})$/.exec(text)?.[1];
  if (digits === undefined) return null;
  const value = BigInt(`0x${digits}`);
  return text.startsWith('-') ? -value : value;
}

/** Pads bytes with zeros to a word, because the kernel copies an int. */
function padded(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.max(bytes.length, 4));
  out.set(bytes);
  return out;
}

function bytesOf(text: string): Uint8Array | null {
  const digits = text.replace(/[\s_]/g, '');
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits)) return null;
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16));
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
