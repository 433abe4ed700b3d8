/* The log that PROG_LOAD and BTF_LOAD write to user space (kernel/bpf/log.c). */
import { ERRNO } from '../base/errno.ts';
import type { UserPointer } from './attr.ts';
import { must, type Output } from './calls.ts';
import type { Core } from './core.ts';
import type { Step } from './steps.ts';

export interface LogAttr {
  readonly level: number;
  readonly size: number;
  readonly buffer: UserPointer;
}

/** flag: keep the beginning of a log that does not fit, not its end */
const FIXED = 8;
/** until v6.3 */
const LEAST = 128;
const MOST = 0xffff_ffff >>> 2;

/** bpf_verifier_log_attr_valid */
function logAttrValid(k: Core, { level, size, buffer }: LogAttr): boolean {
  const paired = (buffer !== null) === size > 0 && (buffer === null || level !== 0);
  return paired && (level & ~k.profile.logMask) === 0 && size <= MOST;
}

/** The check until v6.3: a log needs level, size and buffer, and a minimum size. */
function logAttrValidEarly(k: Core, { level, size, buffer }: LogAttr): boolean {
  if (level === 0 && size === 0 && buffer === null) return true;
  return level !== 0 && (level & ~k.profile.logMask) === 0 && buffer !== null && size >= LEAST && size <= MOST;
}

/** The steps that refuse a log of attributes that do not go together; `logOf` reads them from the call. EINVAL. */
export const logSteps = <X extends { readonly k: Core }>(logOf: (x: X) => LogAttr): readonly Step<X>[] => [
  {
    id: 'log-attr',
    scope: 'call',
    source: 'bpf_vlog_init',
    since: 'v6.12',
    text: 'a log buffer comes with a size and a known level',
    run: (x) => must(logAttrValid(x.k, logOf(x)), ERRNO.EINVAL),
  },
  {
    id: 'log-attr-128',
    scope: 'call',
    source: 'bpf_verifier_log_attr_valid',
    until: 'v6.1',
    text: 'a log has a level that is known, and a buffer of at least 128 bytes',
    run: (x) => must(logAttrValidEarly(x.k, logOf(x)), ERRNO.EINVAL),
  },
];

/** bpf_vlog_finalize: 0, EFAULT, or ENOSPC when the log was cut. */
export function finishLog(k: Core, out: Output, { level, size, buffer }: LogAttr, log: string): number {
  if (level === 0 || log === '') return 0;
  out.fields = { ...out.fields, log_true_size: log.length + 1 };
  if (buffer === null) return 0;
  const rotates = (k.profile.logMask & FIXED) !== 0 && (level & FIXED) === 0;
  const room = size - 1;
  out.log = rotates ? log.slice(Math.max(0, log.length - room)) : log.slice(0, room);
  if (!(buffer instanceof Uint8Array)) return ERRNO.EFAULT;
  return log.length > room ? ERRNO.ENOSPC : 0;
}
