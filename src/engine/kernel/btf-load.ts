/* BPF_BTF_LOAD: a program's own BTF. */
import { ERRNO } from '../base/errno.ts';
import { openBtf } from '../btf/read.ts';
import { type Call, command, type CommandTable, copyFromUser, must } from './calls.ts';
import type { Core } from './core.ts';
import { capable, newFd } from './fds.ts';
import { allocId, allocObject, keepBlob } from './objects.ts';
import { type BtfObject, withEntry } from './state.ts';
import { done, fail, next } from './steps.ts';

interface BtfLoad extends Call<'BPF_BTF_LOAD'> {
  bytes: Uint8Array;
}

/** BTF_MAX_SIZE */
const MAX_BYTES = 16 * 1024 * 1024;

const table: CommandTable<'BPF_BTF_LOAD', BtfLoad> = {
  command: 'BPF_BTF_LOAD',
  number: 18,
  context: (call) => ({ ...call, bytes: new Uint8Array() }),
  steps: [
    {
      id: 'cap-bpf',
      scope: 'call',
      source: 'bpf_btf_load',
      text: 'the caller has CAP_BPF',
      run: ({ k, pid }) => must(capable(k, pid, 'CAP_BPF'), ERRNO.EPERM),
    },
    {
      id: 'btf-size',
      scope: 'call',
      source: 'btf_parse',
      text: 'at most 16 MiB',
      run: ({ attr }) => must(attr.btf_size <= MAX_BYTES, ERRNO.E2BIG),
    },
    {
      id: 'log-attr',
      scope: 'call',
      source: 'bpf_vlog_init',
      text: 'a log buffer goes with a size and a level, and the level is known',
      run({ k, attr }) {
        const { btf_log_level: level, btf_log_size: size, btf_log_buf: buffer } = attr;
        const paired = (buffer !== null) === size > 0 && (buffer === null || level !== 0);
        return must(paired && (level & ~k.profile.logMask) === 0, ERRNO.EINVAL);
      },
    },
    {
      id: 'copy-btf',
      scope: 'call',
      source: 'btf_parse',
      text: 'the blob can be read',
      run(x) {
        const bytes = copyFromUser(x.attr.btf, x.attr.btf_size);
        if (!bytes) return fail(ERRNO.EFAULT);
        x.bytes = bytes;
        return next;
      },
    },
    {
      id: 'parse',
      scope: 'call',
      source: 'btf_parse',
      text: 'header, types and strings are well formed',
      run(x) {
        const btf = openBtf(x.bytes);
        if (btf.ok) return next;
        x.out.log = btf.error.message;
        return fail(ERRNO.EINVAL, btf.error.message);
      },
    },
    {
      id: 'new-fd',
      scope: 'call',
      source: 'btf_new_fd',
      text: 'the BTF gets an id, and its loader an fd',
      run(x) {
        const before = x.k.state;
        const fd = newFd(x.k, x.pid, 'btf', addBtf(x.k, x.bytes, '', false));
        if (fd >= 0) return done(fd);
        x.k.state = before;
        return fail(-fd);
      },
    },
  ],
};

/** Enters a BTF; the kernel's own is there from boot. */
export function addBtf(k: Core, bytes: Uint8Array, name: string, kernel: boolean): number {
  const object = allocObject(k);
  const btf: BtfObject = {
    object,
    id: allocId(k, 'btf'),
    blob: keepBlob(k, bytes),
    size: bytes.length,
    kernel,
    name,
    holders: [],
  };
  k.state = { ...k.state, btfs: withEntry(k.state.btfs, object, btf) };
  return object;
}

export const btfLoad = command(table);
