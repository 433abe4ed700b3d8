/* What objects can ask of a kernel's configuration (`__kconfig` variables), by profile. */
import type { Profile } from '../kernel/profiles.ts';
import type { Kconfig } from './externs.ts';

/** LINUX_KERNEL_VERSION of the profiles' kernels: 6.1.192 (the third number counts to 255) and 6.12.117. */
const VERSIONS: Readonly<Record<string, bigint>> = { 'v6.1': 0x0601c0n, 'v6.12': 0x060c75n };

export const kconfigOf = ({ name }: Profile): Kconfig => ({
  LINUX_KERNEL_VERSION: VERSIONS[name] ?? 0n,
  CONFIG_HZ: 250n,
});
