/* Processes, fds, and the open files between fds and objects. */
import { entryOf } from '../base/assert.ts';
import { ERRNO } from '../base/errno.ts';
import type { Core } from './core.ts';
import { putUserMap } from './maps/slots.ts';
import { holdBtf, holdLink, holdMap, holdProg, putBtf, putLink, putProg } from './objects.ts';
import { type FileKind, type OpenFile, type Process, type Table, withEntry, withoutEntry } from './state.ts';
import { CAPABILITIES, type Capability } from './capabilities.ts';
import { fail, next, type Outcome } from './steps.ts';

/** RLIMIT_NOFILE as most systems set it. */
const MAX_FDS = 1024;

export function setProcess(k: Core, process: Process): void {
  k.state = { ...k.state, processes: withEntry(k.state.processes, process.pid, process) };
}

/** A new process with a terminal on fds 0, 1 and 2. Without `caps`, root has all and others none. */
export function spawn(k: Core, name: string, uid: number, caps?: readonly Capability[]): number {
  const pid = k.state.nextPid;
  k.state = { ...k.state, nextPid: pid + 1 };
  setProcess(k, { pid, name, uid, caps: caps ?? (uid === 0 ? CAPABILITIES : []), alive: true, fds: {} });
  const tty = openFile(k, { kind: 'tty', object: 0, readable: true, writable: true });
  for (const fd of [0, 1, 2]) setFd(k, pid, fd, tty);
  return pid;
}

/** fork(2): the child shares the parent's open files. */
export function fork(k: Core, parent: number, name: string): number {
  const pid = k.state.nextPid;
  k.state = { ...k.state, nextPid: pid + 1 };
  setProcess(k, { ...entryOf(k.state.processes, parent), pid, name });
  return pid;
}

/** Ends a process, by exit or by a signal: all its fds are closed. */
export function exit(k: Core, pid: number): void {
  for (const fd of Object.keys(entryOf(k.state.processes, pid).fds)) close(k, pid, Number(fd));
  setProcess(k, { ...entryOf(k.state.processes, pid), alive: false });
}

/** capable(); CAP_SYS_ADMIN stands for CAP_BPF and CAP_PERFMON (bpf_capable, perfmon_capable). */
export function capable(k: Core, pid: number, cap: Capability): boolean {
  const { caps } = entryOf(k.state.processes, pid);
  return caps.includes(cap) || (cap !== 'CAP_NET_ADMIN' && caps.includes('CAP_SYS_ADMIN'));
}

export function fileOf(k: Core, pid: number, fd: number): OpenFile | null {
  const file = k.state.processes[pid]?.fds[fd];
  return file === undefined ? null : entryOf(k.state.files, file);
}

/** Object number of an fd that must be of one kind; -EBADF for no fd, -EINVAL for another kind of file. */
export function objectOf(k: Core, pid: number, fd: number, kind: FileKind): number {
  const file = fileOf(k, pid, fd);
  if (!file) return -ERRNO.EBADF;
  return file.kind === kind ? file.object : -ERRNO.EINVAL;
}

/** Makes a step of a system call that looks up the object of an fd in its attributes and stores it in the context. */
export function useFd(
  { k, pid }: { readonly k: Core; readonly pid: number },
  fd: number,
  kind: FileKind,
  use: (object: number) => void,
): Outcome {
  const object = objectOf(k, pid, fd, kind);
  if (object < 0) return fail(-object);
  use(object);
  return next;
}

type Count = (k: Core, object: number, kind: 'file' | 'pin', id: number) => void;
/** How files and pins take and release references to each kind of object. */
export const HOLD: Partial<Record<FileKind, Count>> = { map: holdMap, prog: holdProg, btf: holdBtf, link: holdLink };
export const PUT: Partial<Record<FileKind, Count>> = { map: putUserMap, prog: putProg, btf: putBtf, link: putLink };

function openFile(k: Core, file: Omit<OpenFile, 'id'>): number {
  const id = k.state.nextFile;
  k.state = { ...k.state, nextFile: id + 1, files: withEntry<OpenFile>(k.state.files, id, { ...file, id }) };
  HOLD[file.kind]?.(k, file.object, 'file', id);
  return id;
}

function setFd(k: Core, pid: number, fd: number, file: number): void {
  const process = entryOf(k.state.processes, pid);
  setProcess(k, { ...process, fds: { ...process.fds, [fd]: file } });
}

/** A new fd on a new open file, which takes a reference; -EMFILE when the process has too many. */
export function newFd(k: Core, pid: number, kind: FileKind, object: number, mode: 'r' | 'w' | 'rw' = 'rw'): number {
  const { fds } = entryOf(k.state.processes, pid);
  let fd = 0;
  while (fds[fd] !== undefined) fd++;
  if (fd >= MAX_FDS) return -ERRNO.EMFILE;
  setFd(k, pid, fd, openFile(k, { kind, object, readable: mode !== 'w', writable: mode !== 'r' }));
  return fd;
}

/** close(2). Closing the last fd of an open file releases the file's reference. */
export function close(k: Core, pid: number, fd: number): number {
  const process = k.state.processes[pid];
  const id = process?.fds[fd];
  if (!process || id === undefined) return -ERRNO.EBADF;
  const { [fd]: _, ...fds } = process.fds;
  setProcess(k, { ...process, fds });
  if (Object.values(k.state.processes).some((p) => Object.values(p.fds).includes(id))) return 0;
  release(k, entryOf(k.state.files, id));
  return 0;
}

function release(k: Core, file: OpenFile): void {
  const files: Table<OpenFile> = withoutEntry(k.state.files, file.id);
  k.state = { ...k.state, files };
  PUT[file.kind]?.(k, file.object, 'file', file.id);
  if (file.kind === 'socket') k.observer?.onSocketClosed?.(file.object);
}
