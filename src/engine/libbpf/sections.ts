/* What section names mean: program types, and the sections that are data. */
import { type ElfSection, SECTION_FLAG, SECTION_TYPE } from '../elf/elf.ts';
import { PROG_TYPE_STRUCT_OPS } from '../kernel/uapi.ts';

interface ProgramSection {
  readonly name: string;
  readonly type: number;
  readonly sleepable?: boolean;
}

/** SEC() names up to the first slash, and enum bpf_prog_type. */
const PROGRAM_SECTIONS: readonly ProgramSection[] = [
  { name: 'struct_ops', type: PROG_TYPE_STRUCT_OPS },
  { name: 'struct_ops.s', type: PROG_TYPE_STRUCT_OPS, sleepable: true },
  { name: 'socket', type: 1 },
  { name: 'kprobe', type: 2 },
  { name: 'kretprobe', type: 2 },
  { name: 'tc', type: 3 },
  { name: 'classifier', type: 3 },
  { name: 'action', type: 4 },
  { name: 'tracepoint', type: 5 },
  { name: 'tp', type: 5 },
  { name: 'xdp', type: 6 },
  { name: 'perf_event', type: 7 },
  { name: 'cgroup_skb', type: 8 },
  { name: 'sockops', type: 13 },
  { name: 'sk_skb', type: 14 },
  { name: 'sk_msg', type: 16 },
  { name: 'raw_tracepoint', type: 17 },
  { name: 'raw_tp', type: 17 },
  { name: 'syscall', type: 31, sleepable: true },
];

/** `?` in front: not loaded unless something asks for it. */
export const isOptional = (sectionName: string): boolean => sectionName.startsWith('?');

/** Null for a section that says nothing of a program type. */
export function programSection(sectionName: string): ProgramSection | null {
  const [word] = sectionName.replace(/^\?/, '').split('/', 1);
  return PROGRAM_SECTIONS.find(({ name }) => name === word) ?? null;
}

const STRUCT_OPS = /^\??\.struct_ops(\.link)?$/;
export const isStructOps = ({ name }: ElfSection): boolean => STRUCT_OPS.test(name);

const is = (name: string, base: string): boolean => name === base || name.startsWith(`${base}.`);

/** Sections that become the value of an array map: what is in them, and who may write it. */
export function dataSection(section: ElfSection): 'data' | 'rodata' | 'bss' | null {
  const { name, type } = section;
  if (type === SECTION_TYPE.NOBITS) return is(name, '.bss') ? 'bss' : null;
  if (type !== SECTION_TYPE.PROGBITS || section.size === 0) return null;
  if (is(name, '.data')) return 'data';
  return is(name, '.rodata') ? 'rodata' : null;
}

export const isProgram = ({ type, flags, size }: ElfSection): boolean =>
  type === SECTION_TYPE.PROGBITS && (flags & SECTION_FLAG.EXECINSTR) !== 0 && size > 0;

/** Sections that libbpf passes over without a word. */
export function isIgnored({ name, type, size }: ElfSection): boolean {
  if (type === SECTION_TYPE.NULL || type === SECTION_TYPE.STRTAB || name === '.llvm_addrsig') return true;
  if (name === '.text') return size === 0;
  return /^(\.rel)?\.debug_/.test(name) || name === '.rel.BTF' || name === '.rel.BTF.ext' || name === '.rel.eh_frame';
}
