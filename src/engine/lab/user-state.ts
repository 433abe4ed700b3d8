/* User space's record of what it made: part of the cold tree, so immutable. */
import type { MapLetter } from './commands.ts';
import type { SourceLine } from '../libbpf/source.ts';
import type { CallRecord } from './snapshot.ts';

/** A loaded program, as recorded by its loader. */
export interface LoadedProg {
  readonly object: number;
  readonly id: number;
  readonly fd: number;
  readonly name: string;
  readonly member: string;
  readonly insns: Uint8Array;
  /** 0-based line of each slot in `text` of its map */
  readonly lines: readonly number[];
  /** C by slot; empty when unknown */
  readonly source: readonly (SourceLine | null)[];
}

/** A loaded map, as recorded by its loader. */
export interface LoadedMap {
  readonly letter: MapLetter;
  readonly process: string;
  readonly object: number;
  readonly mapId: number;
  readonly mapFd: number;
  readonly name: string;
  /** kernel struct that it wraps, and the text's name and flags */
  readonly struct: string;
  readonly ccName: string;
  readonly flags: number;
  /** made with BPF_F_LINK */
  readonly forLinks: boolean;
  /** name of its text, and the text */
  readonly text: string;
  readonly source: string;
  /** functions that were taken from other maps' texts */
  readonly libraries: readonly { readonly name: string; readonly letter: MapLetter }[];
  readonly progs: readonly LoadedProg[];
  /** value that registering writes, for maps from object files; null: it is made from the other fields */
  readonly value: Uint8Array | null;
}

/** A link, as recorded by its creator. */
export interface LoadedLink {
  readonly link: number;
  readonly process: string;
  readonly object: number;
  readonly id: number;
  readonly fd: number;
}

/** Immutable, part of the cold tree. */
export interface UserState {
  /** by process name */
  readonly pids: ReadonlyMap<string, number>;
  /** in the order in which they were loaded */
  readonly maps: readonly LoadedMap[];
  readonly objects: readonly LoadedFile[];
  readonly sockets: ReadonlyMap<number, { readonly process: string; readonly fd: number }>;
  readonly links: ReadonlyMap<number, LoadedLink>;
  /** captions so far */
  readonly captions: number;
  /** the last lines typed into the console */
  readonly lines: readonly string[];
}

export const nobody: UserState = {
  pids: new Map(),
  maps: [],
  objects: [],
  sockets: new Map(),
  links: new Map(),
  captions: 0,
  lines: [],
};

/** Subject of a call, besides its text and answer. */
export type Told = Pick<CallRecord, 'shape' | 'map' | 'socket'>;

/** A map of an object other than its struct_ops maps. */
export interface OwnMap {
  readonly object: number;
  readonly id: number;
  readonly fd: number;
  readonly name: string;
}

/** A loaded object, as recorded by its loader. */
export interface LoadedFile {
  readonly name: string;
  readonly process: string;
  /** its programs as text, to which the lines of `LoadedProg` refer */
  readonly listing: string;
  readonly maps: readonly OwnMap[];
  /** its struct_ops maps */
  readonly letters: readonly MapLetter[];
}
