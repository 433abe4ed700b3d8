/* Error texts of the C library, which libbpf's messages use. */
import { type ErrnoName, errnoOf } from '../base/errno.ts';

const WORDS: Partial<Record<ErrnoName, string>> = {
  EPERM: 'Operation not permitted',
  ENOENT: 'No such file or directory',
  ESRCH: 'No such process',
  E2BIG: 'Argument list too long',
  EBADF: 'Bad file descriptor',
  ENOMEM: 'Cannot allocate memory',
  EACCES: 'Permission denied',
  EFAULT: 'Bad address',
  EBUSY: 'Device or resource busy',
  EEXIST: 'File exists',
  EINVAL: 'Invalid argument',
  ENOSPC: 'No space left on device',
  ERANGE: 'Numerical result out of range',
  EOPNOTSUPP: 'Operation not supported',
  EINPROGRESS: 'Operation now in progress',
  EISDIR: 'Is a directory',
  ENOTEMPTY: 'Directory not empty',
  ENOLINK: 'Link has been severed',
  EMFILE: 'Too many open files',
};
const BY_NUMBER = new Map<number, string>(
  Object.entries(WORDS).map(([name, words]) => [errnoOf(name as ErrnoName), words]),
);

/** `ret`: a negative errno */
export const strerror = (ret: number): string => BY_NUMBER.get(-ret) ?? `Unknown error ${-ret}`;
