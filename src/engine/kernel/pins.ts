/* BPF_OBJ_PIN and BPF_OBJ_GET: files of bpffs, which hold their object as an fd does, and outlive the process. */
import { upToNul } from '../base/bytes.ts';
import { ERRNO } from '../base/errno.ts';
import type { UserPointer } from './attr.ts';
import { type Call, command, type CommandTable, must } from './calls.ts';
import type { Core } from './core.ts';
import { fileOf, HOLD, newFd, PUT } from './fds.ts';
import { fileMode } from './map-create.ts';
import type { OpenFile, Pin } from './state.ts';
import { done, fail, type Step } from './steps.ts';
import { MAP_FLAG } from './uapi.ts';

interface PinCall {
  path: string;
  file: OpenFile | null;
}
interface ObjPin extends Call<'BPF_OBJ_PIN'>, PinCall {}
interface ObjGet extends Call<'BPF_OBJ_GET'>, PinCall {}

/** where bpffs is mounted */
const BPFFS = '/sys/fs/bpf/';
const PINNABLE: readonly string[] = ['map', 'prog', 'link'];

function copyPath<X extends PinCall & { readonly attr: { readonly pathname: UserPointer } }>(): Step<X> {
  return {
    id: 'path',
    scope: 'call',
    source: 'getname',
    text: 'the path can be read, and is not empty',
    run(x) {
      const { pathname } = x.attr;
      if (!(pathname instanceof Uint8Array)) return fail(ERRNO.EFAULT);
      x.path = upToNul(new TextDecoder().decode(pathname));
      return must(x.path !== '', ERRNO.ENOENT);
    },
  };
}

/** Whether a path is directly in the mounted directory, or in a folder that was made there. */
function inBpffs(k: Core, path: string): boolean {
  const folder = path.slice(0, path.lastIndexOf('/'));
  return path.startsWith(BPFFS) && (`${folder}/` === BPFFS || k.state.folders.includes(folder));
}

/** mkdir(2) in bpffs: 0 or a negative errno. */
export function makeFolder(k: Core, path: string): number {
  if (!path.startsWith(BPFFS) || path === BPFFS) return -ERRNO.EPERM;
  if (k.state.folders.includes(path) || k.state.pins[path] !== undefined) return -ERRNO.EEXIST;
  if (!inBpffs(k, path)) return -ERRNO.ENOENT;
  k.state = { ...k.state, folders: [...k.state.folders, path] };
  return 0;
}

/** rmdir(2) in bpffs, of an empty folder. */
export function removeFolder(k: Core, path: string): number {
  if (!k.state.folders.includes(path)) return -ERRNO.ENOENT;
  const inside = [...k.state.folders, ...Object.keys(k.state.pins)].some((other) => other.startsWith(`${path}/`));
  if (inside) return -ERRNO.ENOTEMPTY;
  k.state = { ...k.state, folders: k.state.folders.filter((folder) => folder !== path) };
  return 0;
}

const pin: CommandTable<'BPF_OBJ_PIN', ObjPin> = {
  command: 'BPF_OBJ_PIN',
  number: 6,
  context: (call) => ({ ...call, path: '', file: null }),
  steps: [
    {
      id: 'file-flags',
      scope: 'call',
      source: 'bpf_obj_pin',
      text: 'no flags',
      run: ({ attr }) => must(attr.file_flags === 0, ERRNO.EINVAL),
    },
    {
      id: 'fd',
      scope: 'call',
      source: 'bpf_fd_probe_obj',
      text: 'the fd is open (else EBADF), and of a map, a program or a link (else EINVAL)',
      run(x) {
        x.file = fileOf(x.k, x.pid, x.attr.bpf_fd);
        if (!x.file) return fail(ERRNO.EBADF);
        return must(PINNABLE.includes(x.file.kind), ERRNO.EINVAL);
      },
    },
    copyPath(),
    {
      id: 'exists',
      scope: 'call',
      source: 'bpf_obj_do_pin',
      text: 'nothing has that name yet',
      run: ({ k, path }) => must(k.state.pins[path] === undefined, ERRNO.EEXIST),
    },
    {
      id: 'bpffs',
      scope: 'call',
      source: 'bpf_obj_do_pin',
      text: 'the directory is of a bpffs',
      run: ({ k, path }) => must(inBpffs(k, path), path.startsWith(BPFFS) ? ERRNO.ENOENT : ERRNO.EPERM),
    },
    {
      id: 'pin',
      scope: 'call',
      source: 'bpf_obj_do_pin',
      text: 'a file that holds the object',
      run({ k, path, file }) {
        if (!file) return fail(ERRNO.EBADF);
        const id = k.state.nextFile;
        const entry: Pin = { id, kind: file.kind as Pin['kind'], object: file.object };
        k.state = { ...k.state, nextFile: id + 1, pins: { ...k.state.pins, [path]: entry } };
        HOLD[file.kind]?.(k, file.object, 'pin', id);
        return done(0);
      },
    },
  ],
};

const get: CommandTable<'BPF_OBJ_GET', ObjGet> = {
  command: 'BPF_OBJ_GET',
  number: 7,
  context: (call) => ({ ...call, path: '', file: null }),
  steps: [
    {
      id: 'file-flags',
      scope: 'call',
      source: 'bpf_obj_get',
      text: 'no fd, and no flags but read-only or write-only',
      run({ attr }) {
        const known = MAP_FLAG.RDONLY | MAP_FLAG.WRONLY;
        const flags = attr.file_flags;
        return must(attr.bpf_fd === 0 && (flags & ~known) === 0 && (flags & known) !== known, ERRNO.EINVAL);
      },
    },
    copyPath(),
    {
      id: 'find',
      scope: 'call',
      source: 'bpf_obj_do_get',
      text: 'there is such a file',
      run: ({ k, path }) => must(k.state.pins[path] !== undefined, ERRNO.ENOENT),
    },
    {
      id: 'new-fd',
      scope: 'call',
      source: 'bpf_obj_get_user',
      text: 'a new fd, which takes a reference',
      run({ k, pid, path, attr }) {
        const pin = k.state.pins[path];
        if (!pin) return fail(ERRNO.ENOENT);
        const { kind, object } = pin;
        const fd = newFd(k, pid, kind, object, fileMode(attr.file_flags));
        return fd < 0 ? fail(-fd) : done(fd);
      },
    },
  ],
};

/** unlink(2) of a pin. */
export function unpin(k: Core, path: string): number {
  const { [path]: entry, ...pins } = k.state.pins;
  if (entry === undefined) return -ERRNO.ENOENT;
  k.state = { ...k.state, pins };
  PUT[entry.kind]?.(k, entry.object, 'pin', entry.id);
  return 0;
}

export const objPin = command(pin);
export const objGet = command(get);
