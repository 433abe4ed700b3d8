/** Settings of kernels that tests make up. */
import type { Kconfig } from '../kconfig.ts';

export const NO_SETTINGS: Kconfig = { virtual: new Map(), setting: () => undefined };
