/*
 * Commands to a lab. Scenarios are lists of them with times; the page sends the same ones. A command is plain
 * data, so that the command log is state, and a scenario is a file.
 *
 * Commands refer to processes by name, maps by letter, sockets by number. Each verb is run by a small user-space
 * program (src/engine/libbpf, src/engine/console) that reaches the kernel through system calls only.
 */
import type { PathConfig } from '../net/dumbbell.ts';
import type { GraceClock } from '../kernel/grace.ts';

export type MapLetter = string;

/** Verbs of the modules lens: the same system calls under other names. */
export type ModuleCommand =
  | { readonly do: 'insmod'; readonly map: MapLetter; readonly text: string; readonly source?: string }
  /** `strict`: refuse while it is in use, as for kernel modules; struct_ops does not do this */
  | { readonly do: 'rmmod'; readonly map: MapLetter; readonly strict?: boolean }
  /** BPF_LINK_UPDATE: old sockets stay, new ones get the other map */
  | { readonly do: 'replace'; readonly from: MapLetter; readonly to: MapLetter };

export type Command =
  | { readonly do: 'spawn'; readonly process: string; readonly uid?: number }
  /** the process exits, or is killed before it can clean up: either way its fds are closed */
  | { readonly do: 'exit'; readonly process: string; readonly killed?: boolean }
  /** BTF_LOAD, MAP_CREATE and a PROG_LOAD for each function of the named text; the map gets the letter `map` */
  | {
      readonly do: 'load';
      readonly process: string;
      readonly map: MapLetter;
      readonly text: string;
      /** the text itself, if it is not the run's text of that name */
      readonly source?: string;
      /** missing functions are taken from loaded objects, which no kernel does */
      readonly libraries?: boolean;
    }
  | ModuleCommand
  /**
   * opens and loads an object file as libbpf does; its first struct_ops map gets the letter `map`, others get free
   * letters. `attach`: registers all of them, like `bpftool struct_ops register`, or the one of that name
   */
  | {
      readonly do: 'load-object';
      readonly process: string;
      readonly map: MapLetter;
      readonly object: string;
      /** the file in base64, if it is not one of the scenario's */
      readonly bytes?: string;
      readonly attach?: boolean | string;
    }
  /** reads a ring buffer of a loaded object until it is empty */
  | { readonly do: 'read-ring'; readonly process: string; readonly object: string; readonly map: string }
  /**
   * calls a member of a registered struct by hand with numbers, and for pointers the bytes pointed to, in hex. A
   * program of bpf_dummy_ops is run by BPF_PROG_TEST_RUN
   */
  | {
      readonly do: 'call-member';
      readonly process: string;
      readonly map: MapLetter;
      readonly member: string;
      readonly args: readonly (number | string)[];
    }
  /** MAP_UPDATE_ELEM, key 0 */
  | { readonly do: 'register'; readonly process: string; readonly map: MapLetter }
  /** MAP_GET_FD_BY_ID, MAP_DELETE_ELEM, close */
  | { readonly do: 'unregister'; readonly process: string; readonly map: MapLetter }
  /** LINK_CREATE of a READY map; the link gets the number `link` */
  | { readonly do: 'link'; readonly process: string; readonly map: MapLetter; readonly link: number }
  /** LINK_UPDATE to another map; with `old`, BPF_F_REPLACE says which map must be there now */
  | {
      readonly do: 'update-link';
      readonly process: string;
      readonly link: number;
      readonly map: MapLetter;
      readonly old?: MapLetter;
    }
  | { readonly do: 'detach'; readonly process: string; readonly link: number }
  /** closes the owner's fd of the link; without any fd or pin the link unregisters its struct */
  | { readonly do: 'close-link'; readonly process: string; readonly link: number }
  /** OBJ_PIN of a map or a link */
  | { readonly do: 'pin'; readonly process: string; readonly path: string; readonly map: MapLetter }
  | { readonly do: 'pin'; readonly process: string; readonly path: string; readonly link: number }
  /** unlink(2) in bpffs */
  | { readonly do: 'unpin'; readonly process: string; readonly path: string }
  /** stops, starts or ends the waits of one kind between a map's last reference and its memory; no kernel offers this */
  | { readonly do: 'grace'; readonly clock: GraceClock; readonly to: 'hold' | 'go' | 'end' }
  /** from now on programs are loaded even if the verifier refuses them; no kernel offers this */
  | { readonly do: 'verifier'; readonly to: 'enforce' | 'skip' }
  /** closes the process's fds of this map and of its programs */
  | { readonly do: 'close-map'; readonly process: string; readonly map: MapLetter }
  /** socket, setsockopt(TCP_CONGESTION) when cc is given, connect; then sends `bytes` (endlessly when absent) */
  | {
      readonly do: 'connect';
      readonly process: string;
      readonly socket: number;
      readonly cc?: string;
      readonly bytes?: number;
    }
  | { readonly do: 'close'; readonly socket: number }
  | { readonly do: 'setsockopt'; readonly socket: number; readonly cc: string }
  /** `net.ipv4.tcp_congestion_control` and its kin */
  | { readonly do: 'sysctl'; readonly process: string; readonly name: string; readonly value: string }
  /** a line of the console: commands with their words, as a shell reads it */
  | { readonly do: 'console'; readonly line: string }
  /** writes bytes into the machine's memory behind the kernel's back, as a debugger would */
  | { readonly do: 'poke'; readonly address: number; readonly bytes: readonly number[] };

export type { GraceClock };

/** View of the page at a step, in the page's own identifiers; unknown ones are ignored. */
export interface StepView {
  readonly preset?: string;
  /** tab by pane */
  readonly tabs?: Readonly<Record<string, string>>;
  /** the selection; absent when nothing is selected */
  readonly map?: MapLetter;
  readonly socket?: number;
  readonly field?: string;
}

export interface ScenarioStep {
  /** engine time, nanoseconds */
  readonly at: number;
  readonly caption: string;
  readonly command: Command;
  /** errno with which a call of the command must be refused; absent: no call is */
  readonly answers?: string;
  /** speaker's note; never shown on the stage */
  readonly note?: string;
  readonly view?: StepView;
  /** playing stops after this step */
  readonly pause?: boolean;
}

/** A fact that must hold when the clock first passes `at`: scenarios are tests. */
export interface ExpectedFact {
  readonly at: number;
  readonly text: string;
  readonly map?: MapLetter;
  readonly state?: LifecycleState;
  readonly refs?: number;
  /** the last system call's answer */
  readonly errno?: string;
  /** id of the step that decided the answer */
  readonly step?: string;
  /** text that the last message must contain */
  readonly said?: string;
}

/** Name of the text that is not a program: C declarations of further struct_ops types for the run's kernel. */
export const TYPES_TEXT = 'types.h';

export interface Scenario {
  readonly id: string;
  readonly title: string;
  /** one sentence under the title */
  readonly intro: string;
  readonly path: PathConfig;
  readonly seed: number;
  /** the kernel for which it is written; absent: the default one */
  readonly kernel?: string;
  /** program texts by name, and under TYPES_TEXT declared types; the page may replace them */
  readonly texts: Readonly<Record<string, string>>;
  /** object files in base64 by name */
  readonly objects?: Readonly<Record<string, string>>;
  /** object files in public/samples that the opener must fetch */
  readonly samples?: readonly string[];
  readonly steps: readonly ScenarioStep[];
  /** where the page opens, nanoseconds */
  readonly openAt: number;
  /** the future is computed up to here, nanoseconds */
  readonly until: number;
  readonly expect: readonly ExpectedFact[];
}

/**
 * FREED is this project's word for "no references and the grace periods are over"; the others are enum
 * bpf_struct_ops_state.
 */
export type LifecycleState = 'INIT' | 'INUSE' | 'TOBEFREE' | 'READY' | 'FREED';
