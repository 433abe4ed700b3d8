/*
 * The people of the machine: processes with names, maps with letters, sockets with numbers. Each verb of a command is
 * a short program that reaches the kernel through system calls only; every call is told to the record with its trace.
 */
import type { AssembledObject } from '../isa/assembler.ts';
import type { Kernel, SyscallResult } from '../kernel/kernel.ts';
import { loadObject, registerValue } from '../libbpf/load.ts';
import type { Tcp } from '../tcp/tcp.ts';
import type { Command, MapLetter } from './commands.ts';
import type { CallRecord } from './snapshot.ts';

/** What a loader remembers of a map: its fds live in that process. */
export interface LoadedMap {
  readonly letter: MapLetter;
  readonly process: string;
  readonly mapId: number;
  readonly mapFd: number;
  readonly text: string;
  /** member name to program fd and id */
  readonly progs: Readonly<Record<string, { readonly fd: number; readonly id: number }>>;
}

/** Immutable, part of the cold tree. */
export interface UserState {
  readonly pids: Readonly<Record<string, number>>;
  readonly maps: Readonly<Record<MapLetter, LoadedMap>>;
  readonly sockets: Readonly<Record<number, { readonly process: string; readonly fd: number }>>;
  /** system calls so far */
  readonly calls: number;
  /** captions so far */
  readonly captions: number;
}

export const noUsers: UserState = { pids: {}, maps: {}, sockets: {}, calls: 0, captions: 0 };
