/* BPF_BTF_LOAD: a program's own BTF. */
import { ERRNO, errnoOf } from '../base/errno.ts';
import { checkBtf } from '../btf/check.ts';
import { type Call, command, type CommandTable, must, takeBytes } from './calls.ts';
import type { Core } from './core.ts';
import { capable, newFd } from './fds.ts';
import { allocId, allocObject, keepBlob } from './objects.ts';
import { type BtfObject, withEntry } from './state.ts';
import { done, fail, next } from './steps.ts';
import { finishLog, type LogAttr, logSteps } from './verifier-log.ts';

interface BtfLoad extends Call<'BPF_BTF_LOAD'> {
  bytes: Uint8Array;
}

/** BTF_MAX_SIZE */
const MAX_BYTES = 16 * 1024 * 1024;

const logOf = ({ attr }: BtfLoad): LogAttr => ({
  level: attr.btf_log_level,
  size: attr.btf_log_size,
  buffer: attr.btf_log_buf,
});

const table: CommandTable<'BPF_BTF_LOAD', BtfLoad> = {
  command: 'BPF_BTF_LOAD',
  number: 18,
  context: (call) => ({ ...call, bytes: new Uint8Array() }),
  steps: [
    {
      id: 'cap-bpf',
      scope: 'call',
      source: 'bpf_btf_load',
      text: 'the caller has CAP_BPF (until 5.8 CAP_SYS_ADMIN)',
      run: ({ k, pid }) => must(capable(k, pid, k.profile.bpfCap), ERRNO.EPERM),
    },
    {
      id: 'btf-size',
      scope: 'call',
      source: 'btf_parse',
      text: 'at most 16 MiB',
      run: ({ attr }) => must(attr.btf_size <= MAX_BYTES, ERRNO.E2BIG),
    },
    ...logSteps(logOf),
    {
      id: 'copy-btf',
      scope: 'call',
      source: 'btf_parse',
      text: 'the blob can be read',
      run: (x) =>
        takeBytes(x.attr.btf, x.attr.btf_size, (bytes) => {
          x.bytes = bytes;
        }),
    },
    {
      id: 'parse',
      scope: 'call',
      source: 'btf_parse',
      text: 'header, types, strings and references are well formed; the log says what is not',
      run(x) {
        const { errno, message, log } = checkBtf(x.bytes);
        const unwritten = finishLog(x.k, x.out, logOf(x), log);
        if (unwritten !== 0) return fail(unwritten, message || undefined);
        return errno === null ? next : fail(errnoOf(errno), message);
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

/** Adds a BTF object; the kernel's own is added at boot. */
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
