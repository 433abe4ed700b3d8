/* libbpf's log: a level and a line, without the "libbpf: " that its printer puts in front. */
import { type ErrnoName, errnoOf } from '../base/errno.ts';
import type { Result } from '../base/result.ts';
import { err } from '../base/result.ts';

export type LogLevel = 'warn' | 'info' | 'debug';
export type Log = (level: LogLevel, text: string) => void;

/** libbpf's own error numbers, above the kernel's. */
export const LIBBPF_ERRNO = { FORMAT: 4001, ENDIAN: 4003, INTERNAL: 4004, RELOC: 4005, VERIFY: 4007 } as const;

const numberOf = (errno: ErrnoName | keyof typeof LIBBPF_ERRNO): number =>
  errno in LIBBPF_ERRNO ? LIBBPF_ERRNO[errno as keyof typeof LIBBPF_ERRNO] : errnoOf(errno as ErrnoName);

/** Logs the reason, and returns the negative errno. */
export function refuse(log: Log, errno: ErrnoName | keyof typeof LIBBPF_ERRNO, text: string): number {
  log('warn', text);
  return -numberOf(errno);
}

/** Logs why an object cannot be opened, and returns the error with its place and the errno of opening. */
export function unreadable<T>(
  log: Log,
  text: string,
  offset = -1,
  errno?: ErrnoName | keyof typeof LIBBPF_ERRNO,
): Result<T> {
  log('warn', text);
  return err(text, offset, errno && numberOf(errno));
}
