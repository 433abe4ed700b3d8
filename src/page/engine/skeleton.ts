/* Text of a new program: a function for each required member, with the arguments that the kernel passes. */
import type { Btf } from '../../engine/index.ts';
import { TCP_STRUCT } from '../commands/tcp-struct.ts';
import { type CalledMember, calledMembers } from './members.ts';

/**
 * Initial bodies of a congestion control's members, which compute Reno's values. Comments first, in lines that the
 * editor's column shows whole.
 */
const TCP_BODIES: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'ssthresh',
    [
      '; A packet was lost: answer the window where',
      '; slow start ends, at least 2.',
      '  r6 = *(u64 *)(r1 + 0)     ; sk, a tcp_sock',
      '  r0 = *(u32 *)(r6 + tcp_sock.snd_cwnd)',
      '  r0 >>= 1',
      '  if r0 > 1 goto LABEL_end',
      '  r0 = 2',
      'LABEL_end:',
      '  exit',
    ],
  ],
  [
    'undo_cwnd',
    [
      '; A false alarm: answer the window before it.',
      '  r6 = *(u64 *)(r1 + 0)     ; sk',
      '  r0 = *(u32 *)(r6 + tcp_sock.prior_cwnd)',
      '  r2 = *(u32 *)(r6 + tcp_sock.snd_cwnd)',
      '  if r0 > r2 goto LABEL_end',
      '  r0 = r2',
      'LABEL_end:',
      '  exit',
    ],
  ],
  [
    'cong_avoid',
    [
      '; `acked` packets arrived. Below ssthresh',
      '; the window grows by as many; above, it',
      '; stays: make it yours.',
      '  r6 = *(u64 *)(r1 + 0)     ; sk',
      '  r7 = *(u32 *)(r1 + 16)    ; acked',
      '  r2 = *(u32 *)(r6 + tcp_sock.snd_cwnd)',
      '  r3 = *(u32 *)(r6 + tcp_sock.snd_ssthresh)',
      '  if r2 >= r3 goto LABEL_end',
      '  r2 += r7',
      '  *(u32 *)(r6 + tcp_sock.snd_cwnd) = r2',
      'LABEL_end:',
      '  r0 = 0',
      '  exit',
    ],
  ],
]);

/** TCP_CA_NAME_MAX is 16 with the NUL. The kernel accepts more characters than nameProblem() does. */
const LONGEST_NAME = 15;

/** Why a name cannot be used for a program; null when it can. */
export function nameProblem(name: string): string | null {
  if (name === '') return 'A name is needed: connections ask for it.';
  if (!/^[A-Za-z_]\w*$/.test(name)) return 'Letters, digits and _ only, and no digit at the start.';
  return name.length > LONGEST_NAME ? `At most ${LONGEST_NAME} characters (TCP_CA_NAME_MAX).` : null;
}

function plainBody({ args, isVoid }: CalledMember): string[] {
  const loads = args
    .slice(0, 4)
    .map(({ declaration }, i) => `  r${i + 6} = *(u64 *)(r1 + ${i * 8})     ; ${declaration}`);
  return [...loads, isVoid ? '  r0 = 0' : '  r0 = 0                    ; the answer', '  exit'];
}

/** Text of a program: required members of tcp_congestion_ops, all members of other structs. */
export function skeleton(btf: Btf, struct: string, name: string): string {
  const isTcp = struct === TCP_STRUCT;
  const members = calledMembers(btf, struct).filter((member) => !isTcp || TCP_BODIES.has(member.name));
  const functions = members.map((member) => {
    const label = `${name}_${member.name}`;
    const lines = (isTcp ? TCP_BODIES.get(member.name) : null) ?? plainBody(member);
    const start = lines.findIndex((line) => !line.startsWith(';'));
    const body = lines.slice(start).map((line) => line.replaceAll('LABEL', label));
    const head = [`; ${member.prototype}`, ...lines.slice(0, start), `.section struct_ops/${member.name}`];
    return ['', ...head, `${label}:`, ...body].join('\n');
  });
  return `.struct_ops ${struct}\n.name "${name}"\n.license "GPL"\n${functions.join('\n')}\n`;
}

/** Structs that programs can implement on this kernel: each has its value struct `bpf_struct_ops_NAME`. */
export function implementable(btf: Btf): string[] {
  const PREFIX = 'bpf_struct_ops_';
  const found: string[] = [];
  for (let i = 0; i < btf.count; i++) {
    const type = btf.type(btf.idAt(i));
    if (type?.kind !== 'STRUCT' || !type.name.startsWith(PREFIX)) continue;
    const name = type.name.slice(PREFIX.length);
    if (btf.find('STRUCT', name) !== 0 && calledMembers(btf, name).length > 0) found.push(name);
  }
  return found.toSorted((a, b) => Number(b === TCP_STRUCT) - Number(a === TCP_STRUCT));
}
