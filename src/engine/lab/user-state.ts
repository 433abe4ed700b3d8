/* What user space remembers of what it made: part of the cold tree, so immutable. */
import type { MapLetter } from './commands.ts';
import type { SourceLine } from '../libbpf/source.ts';
import type { CallRecord } from './snapshot.ts';

/** A program as its loader remembers it. */
export interface LoadedProg {
  readonly object: number;
  readonly id: number;
  readonly fd: number;
  readonly name: string;
  readonly member: string;
  readonly insns: Uint8Array;
  /** 0-based line of each slot in `text` of its map */
  readonly lines: readonly number[];
  /** C by slot; empty when nobody told it */
  readonly source: readonly (SourceLine | null)[];
}

/** A map as its loader remembers it. */
export interface LoadedMap {
  readonly letter: MapLetter;
  readonly process: string;
  readonly object: number;
  readonly mapId: number;
  readonly mapFd: number;
  readonly name: string;
  /** kernel struct that it wraps, and what the text says of it */
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
  /** what registering writes, when it came out of an object file; null: made from the rest */
  readonly value: Uint8Array | null;
}

/** A link as its maker remembers it. */
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
  /** lines that were typed into the console, the last so many */
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

/** What a call is about, beside its text and answer. */
export type Told = Pick<CallRecord, 'shape' | 'map' | 'socket'>;

/** A map that a process has through an object, beside the struct_ops maps. */
export interface OwnMap {
  readonly object: number;
  readonly id: number;
  readonly fd: number;
  readonly name: string;
}

/** An object as its loader remembers it. */
export interface LoadedFile {
  readonly name: string;
  readonly process: string;
  /** its programs as text; the lines of `LoadedProg` are of this */
  readonly listing: string;
  readonly maps: readonly OwnMap[];
  /** its struct_ops maps */
  readonly letters: readonly MapLetter[];
}
