/* Meaning of section names: program types, and data sections. */
import { type ElfSection, SECTION_FLAG, SECTION_TYPE } from '../elf/elf.ts';
import { PROG_TYPE_STRUCT_OPS } from '../kernel/uapi.ts';

interface ProgramSection {
  /** name of the section, or its part before a slash */
  readonly name: string;
  /** enum bpf_prog_type */
  readonly type: number;
  readonly sleepable?: boolean;
  /** enum bpf_attach_type for which the program is loaded; 0 when absent */
  readonly attach?: number;
}

const one = (name: string, type: number, attach = 0): ProgramSection => ({ name, type, attach });
const sleepable = (name: string, type: number, attach = 0): ProgramSection => ({ name, type, attach, sleepable: true });

const KPROBE = 2;
const SCHED_CLS = 3;
const XDP = 6;
const SK_SKB = 14;
const TRACING = 26;
const CGROUP_SOCK = 9;
const CGROUP_SOCK_ADDR = 18;
const CGROUP_SOCKOPT = 25;

/** libbpf's section_defs: SEC() names with their program types and attach types. */
const PROGRAM_SECTIONS: readonly ProgramSection[] = [
  one('struct_ops', PROG_TYPE_STRUCT_OPS),
  sleepable('struct_ops.s', PROG_TYPE_STRUCT_OPS),
  one('socket', 1),
  ...['kprobe', 'kretprobe', 'uprobe', 'uretprobe', 'ksyscall', 'kretsyscall', 'usdt'].map((n) => one(n, KPROBE)),
  ...['uprobe.s', 'uretprobe.s', 'usdt.s'].map((n) => sleepable(n, KPROBE)),
  one('kprobe.multi', KPROBE, 42),
  one('kretprobe.multi', KPROBE, 42),
  one('uprobe.multi', KPROBE, 48),
  one('uretprobe.multi', KPROBE, 48),
  one('kprobe.session', KPROBE, 56),
  one('tc', SCHED_CLS),
  one('classifier', SCHED_CLS),
  one('tc/ingress', SCHED_CLS, 46),
  one('tc/egress', SCHED_CLS, 47),
  one('tcx/ingress', SCHED_CLS, 46),
  one('tcx/egress', SCHED_CLS, 47),
  one('netkit/primary', SCHED_CLS, 54),
  one('netkit/peer', SCHED_CLS, 55),
  one('action', 4),
  one('tracepoint', 5),
  one('tp', 5),
  one('xdp', XDP, 37),
  one('xdp.frags', XDP, 37),
  one('xdp/devmap', XDP, 35),
  one('xdp.frags/devmap', XDP, 35),
  one('xdp/cpumap', XDP, 36),
  one('xdp.frags/cpumap', XDP, 36),
  one('perf_event', 7),
  one('cgroup_skb/ingress', 8, 0),
  one('cgroup_skb/egress', 8, 1),
  one('cgroup/skb', 8),
  one('cgroup/sock_create', CGROUP_SOCK, 2),
  one('cgroup/sock', CGROUP_SOCK, 2),
  one('cgroup/sock_release', CGROUP_SOCK, 34),
  one('cgroup/post_bind4', CGROUP_SOCK, 12),
  one('cgroup/post_bind6', CGROUP_SOCK, 13),
  one('cgroup/bind4', CGROUP_SOCK_ADDR, 8),
  one('cgroup/bind6', CGROUP_SOCK_ADDR, 9),
  one('cgroup/connect4', CGROUP_SOCK_ADDR, 10),
  one('cgroup/connect6', CGROUP_SOCK_ADDR, 11),
  one('cgroup/connect_unix', CGROUP_SOCK_ADDR, 49),
  one('cgroup/sendmsg4', CGROUP_SOCK_ADDR, 14),
  one('cgroup/sendmsg6', CGROUP_SOCK_ADDR, 15),
  one('cgroup/sendmsg_unix', CGROUP_SOCK_ADDR, 50),
  one('cgroup/recvmsg4', CGROUP_SOCK_ADDR, 19),
  one('cgroup/recvmsg6', CGROUP_SOCK_ADDR, 20),
  one('cgroup/recvmsg_unix', CGROUP_SOCK_ADDR, 51),
  one('cgroup/getpeername4', CGROUP_SOCK_ADDR, 29),
  one('cgroup/getpeername6', CGROUP_SOCK_ADDR, 30),
  one('cgroup/getpeername_unix', CGROUP_SOCK_ADDR, 52),
  one('cgroup/getsockname4', CGROUP_SOCK_ADDR, 31),
  one('cgroup/getsockname6', CGROUP_SOCK_ADDR, 32),
  one('cgroup/getsockname_unix', CGROUP_SOCK_ADDR, 53),
  one('cgroup/dev', 15, 6),
  one('cgroup/sysctl', 23, 18),
  one('cgroup/getsockopt', CGROUP_SOCKOPT, 21),
  one('cgroup/setsockopt', CGROUP_SOCKOPT, 22),
  one('lwt_in', 10),
  one('lwt_out', 11),
  one('lwt_xmit', 12),
  one('lwt_seg6local', 19),
  one('sockops', 13, 3),
  one('sk_skb', SK_SKB),
  one('sk_skb/stream_parser', SK_SKB, 4),
  one('sk_skb/stream_verdict', SK_SKB, 5),
  one('sk_msg', 16, 7),
  one('raw_tracepoint', 17),
  one('raw_tp', 17),
  one('raw_tracepoint.w', 24),
  one('raw_tp.w', 24),
  one('lirc_mode2', 20, 17),
  one('sk_reuseport', 21, 39),
  one('sk_reuseport/migrate', 21, 40),
  one('flow_dissector', 22, 16),
  one('tp_btf', TRACING, 23),
  one('fentry', TRACING, 24),
  sleepable('fentry.s', TRACING, 24),
  one('fexit', TRACING, 25),
  sleepable('fexit.s', TRACING, 25),
  one('fmod_ret', TRACING, 26),
  sleepable('fmod_ret.s', TRACING, 26),
  one('iter', TRACING, 28),
  sleepable('iter.s', TRACING, 28),
  one('freplace', 28),
  one('lsm', 29, 27),
  sleepable('lsm.s', 29, 27),
  one('lsm_cgroup', 29, 43),
  one('sk_lookup', 30, 38),
  sleepable('syscall', 31),
  one('netfilter', 32, 45),
];

/** Whether the name begins with `?`: such programs are loaded only on request. */
export const isOptional = (sectionName: string): boolean => sectionName.startsWith('?');

/** Program type of a section by its longest matching name; null when the name implies none. */
export function programSection(sectionName: string): ProgramSection | null {
  const name = sectionName.replace(/^\?/, '');
  const fitting = PROGRAM_SECTIONS.filter((known) => name === known.name || name.startsWith(`${known.name}/`));
  return fitting.toSorted((a, b) => b.name.length - a.name.length)[0] ?? null;
}

const STRUCT_OPS = /^\??\.struct_ops(\.link)?$/;
export const isStructOps = ({ name }: ElfSection): boolean => STRUCT_OPS.test(name);

const is = (name: string, base: string): boolean => name === base || name.startsWith(`${base}.`);

/** Kind of a section that becomes the value of an array map; null for other sections. */
export function dataSection(section: ElfSection): 'data' | 'rodata' | 'bss' | null {
  const { name, type } = section;
  if (type === SECTION_TYPE.NOBITS) return is(name, '.bss') ? 'bss' : null;
  if (type !== SECTION_TYPE.PROGBITS || section.size === 0) return null;
  if (is(name, '.data')) return 'data';
  return is(name, '.rodata') ? 'rodata' : null;
}

export const isProgram = ({ type, flags, size }: ElfSection): boolean =>
  type === SECTION_TYPE.PROGBITS && (flags & SECTION_FLAG.EXECINSTR) !== 0 && size > 0;

/** Sections that libbpf ignores silently. */
export function isIgnored({ name, type, size }: ElfSection): boolean {
  if (type === SECTION_TYPE.NULL || type === SECTION_TYPE.STRTAB || name === '.llvm_addrsig') return true;
  if (name === '.text') return size === 0;
  return /^(\.rel)?\.debug_/.test(name) || name === '.rel.BTF' || name === '.rel.BTF.ext' || name === '.rel.eh_frame';
}
