/* The kernels that a machine can be: a profile, and the BTF that goes with it. */
import { err, ok, type Result } from '../base/result.ts';
import type { Btf } from '../btf/btf.ts';
import { openBtf } from '../btf/read.ts';
import type { SymbolSource } from '../isa/symbols.ts';
import { type Profile, V5_6, V6_1, V6_12, V6_18 } from '../kernel/profiles.ts';
import { deriveV56 } from '../kernel/v5-6.ts';
import type { Config } from '../libbpf/kconfig.ts';
import { symbolsFromBtf } from '../libbpf/symbols.ts';

export interface KernelSpec {
  readonly profile: Profile;
  /** name of the shipped BTF files from which it is made */
  readonly files: string;
  /** one line for a menu */
  readonly note: string;
  readonly derive?: (btf: Btf) => Result<Btf>;
}

/** Oldest first. */
export const KERNELS: readonly KernelSpec[] = [
  {
    profile: V5_6,
    files: 'v6.1',
    note: 'struct_ops as it was merged in 2020: no links, the count in the value. Derived from v6.1, not recorded.',
    derive: deriveV56,
  },
  { profile: V6_1, files: 'v6.1', note: 'Debian 6.1.192, recorded: plain maps only.' },
  { profile: V6_12, files: 'v6.12', note: 'Debian 6.12.117, recorded: links, trampolines with names.' },
  { profile: V6_18, files: 'v6.18', note: 'Debian 6.18.15, recorded: as 6.12, with load_acquire and store_release.' },
];

export const DEFAULT_KERNEL = V6_12.name;

export const kernelSpec = (name: string): KernelSpec | undefined =>
  KERNELS.find(({ profile }) => profile.name === name);

/** Parts shared by every machine of a kernel: its BTF, and the names that texts may use. */
export interface MachineParts {
  readonly profile: Profile;
  readonly btf: Btf;
  readonly symbols: SymbolSource;
  /** all of the kernel's types, for objects that need more than `btf`; null when not loaded */
  readonly whole?: () => Btf | null;
  /** the kernel's configuration; null when not loaded */
  readonly config?: () => Config | null;
}

/** Opens a kernel's types from the files in its spec; `ids`: the id table of a shipped subset. */
export function openKernelBtf(name: string, btf: Uint8Array, ids: Uint32Array): Result<Btf> {
  const spec = kernelSpec(name);
  if (!spec) return err(`there is no kernel ${name}; there are ${KERNELS.map((k) => k.profile.name).join(', ')}`);
  const opened = openBtf(btf, ids);
  return opened.ok && spec.derive ? spec.derive(opened.value) : opened;
}

export function openMachineParts(name: string, btf: Uint8Array, ids: Uint32Array): Result<MachineParts> {
  const opened = openKernelBtf(name, btf, ids);
  if (!opened.ok) return opened;
  if (opened.value.find('STRUCT', 'tcp_congestion_ops') === 0) return err('it has no struct tcp_congestion_ops');
  const { profile } = kernelSpec(name) as KernelSpec;
  return ok({ profile, btf: opened.value, symbols: symbolsFromBtf(opened.value) });
}
