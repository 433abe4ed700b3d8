/*
 * What can be done to a lab. Scenarios are lists of these with times; the page sends the same ones. A command is plain
 * data, so that the command log is state, and a scenario is a file.
 *
 * User space names things as people do: processes by name, maps by letter, sockets by number. Each verb is carried out
 * by a small user-space program (src/engine/libbpf, src/engine/tools) that reaches the kernel through system calls only.
 */
export type MapLetter = string;

export type Command =
  | { readonly do: 'spawn'; readonly process: string; readonly uid?: number }
  | { readonly do: 'exit'; readonly process: string }
  /** BTF_LOAD, MAP_CREATE and a PROG_LOAD for each function of the named text; the map becomes `map` */
  | {
      readonly do: 'load';
      readonly process: string;
      readonly map: MapLetter;
      readonly text: string;
      /** the text itself, where it is not the run's text of that name */
      readonly source?: string;
    }
  /**
   * opens and loads an object file as libbpf does; its first struct_ops map becomes `map`, others get the letters that
   * are free. `attach`: registers each of them, as `bpftool struct_ops register`
   */
  | {
      readonly do: 'load-object';
      readonly process: string;
      readonly map: MapLetter;
      readonly object: string;
      /** the file in base64, where it is not one of the scenario's */
      readonly bytes?: string;
      readonly attach?: boolean;
    }
  /** reads a ring buffer of a loaded object until it is empty */
  | { readonly do: 'read-ring'; readonly process: string; readonly object: string; readonly map: string }
  /**
   * calls a member of a registered struct by hand: numbers, and for pointers the bytes that they lead to, in hex. A
   * program of bpf_dummy_ops is run by BPF_PROG_TEST_RUN, with numbers
   */
  | {
      readonly do: 'call-member';
      readonly process: string;
      readonly map: MapLetter;
      readonly member: string;
      readonly args: readonly (number | string)[];
    }
  /** MAP_UPDATE_ELEM, key 0; a link map gets its link */
  | { readonly do: 'register'; readonly process: string; readonly map: MapLetter }
  /** MAP_GET_FD_BY_ID, MAP_DELETE_ELEM, close; of a link map: the process that has the link closes it */
  | { readonly do: 'unregister'; readonly process: string; readonly map: MapLetter }
  /** closes the process's fds of this map and of its programs */
  | { readonly do: 'close-map'; readonly process: string; readonly map: MapLetter }
  /** socket, setsockopt(TCP_CONGESTION) when cc is given, connect; then sends `bytes` (endlessly when left out) */
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
  /** writes bytes into the machine's memory behind the kernel's back, as a debugger would */
  | { readonly do: 'poke'; readonly address: number; readonly bytes: readonly number[] };

export interface ScenarioStep {
  /** engine time, nanoseconds */
  readonly at: number;
  readonly caption: string;
  readonly command: Command;
}

export interface PathConfig {
  /** bottleneck rate, bits a second */
  readonly rateBps: number;
  /** propagation delay of one direction, nanoseconds */
  readonly delayNs: number;
  /** bottleneck queue, packets (pfifo) */
  readonly queuePackets: number;
  /** the part of `delayNs` that lies before the bottleneck, nanoseconds */
  readonly accessNs?: number;
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
  /** id of the step that answered */
  readonly step?: string;
}

export interface Scenario {
  readonly id: string;
  readonly title: string;
  /** one sentence under the title */
  readonly intro: string;
  readonly path: PathConfig;
  readonly seed: number;
  /** program texts by name; the page may replace them */
  readonly texts: Readonly<Record<string, string>>;
  /** object files in base64 by name */
  readonly objects?: Readonly<Record<string, string>>;
  /** C declarations of struct_ops types that this kernel has besides its own (kernel/struct-ops/declare.ts) */
  readonly types?: string;
  readonly steps: readonly ScenarioStep[];
  /** where the page opens, nanoseconds */
  readonly openAt: number;
  /** the future is computed up to here, nanoseconds */
  readonly until: number;
  readonly expect: readonly ExpectedFact[];
}

/** FREED is our word for "reference 0 and the grace period over"; the others are enum bpf_struct_ops_state. */
export type LifecycleState = 'INIT' | 'INUSE' | 'TOBEFREE' | 'READY' | 'FREED';
