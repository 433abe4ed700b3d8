/*
 * A second, much smaller idea of struct_ops maps, written from the state machine alone: it says what each call should
 * answer, and who holds what. Tests run it beside the kernel.
 */
import { ERRNO } from '../../base/errno.ts';

export const PROCESSES = 3;
export const NAMES = ['red', 'green', 'blue'] as const;

export type Action =
  | { readonly do: 'create'; readonly process: number; readonly link: boolean }
  | { readonly do: 'open'; readonly process: number; readonly map: number }
  | { readonly do: 'close'; readonly process: number; readonly map: number }
  | { readonly do: 'exit'; readonly process: number }
  | { readonly do: 'update'; readonly process: number; readonly map: number; readonly name: number }
  | { readonly do: 'delete'; readonly process: number; readonly map: number }
  | { readonly do: 'get'; readonly map: number }
  | { readonly do: 'put'; readonly map: number }
  | { readonly do: 'wait' };

export interface ModelMap {
  state: 'INIT' | 'INUSE' | 'TOBEFREE' | 'READY';
  readonly link: boolean;
  name: string;
  /** how many fds each process has on it */
  readonly fds: number[];
  sockets: number;
}

export class Model {
  readonly maps: ModelMap[] = [];

  /** references, and those that are not user space's */
  static held(map: ModelMap): { all: number; shown: number } {
    const shown = map.sockets + (map.state === 'INUSE' ? 1 : 0);
    return { all: shown + map.fds.reduce((a, b) => a + b, 0), shown };
  }

  static gone(map: ModelMap): boolean {
    return Model.held(map).all === 0;
  }

  create(process: number, link: boolean): void {
    const fds = Array.from({ length: PROCESSES }, (_, p) => (p === process ? 1 : 0));
    this.maps.push({ state: 'INIT', link, name: '', fds, sockets: 0 });
  }

  update(map: ModelMap, name: string): number {
    if (map.state !== 'INIT') return -ERRNO.EBUSY;
    if (!map.link && this.maps.some((other) => other.state === 'INUSE' && other.name === name)) return -ERRNO.EEXIST;
    map.state = map.link ? 'READY' : 'INUSE';
    map.name = name;
    return 0;
  }

  remove(map: ModelMap): number {
    if (map.link) return -ERRNO.EOPNOTSUPP;
    if (map.state === 'INIT') return -ERRNO.ENOENT;
    if (map.state === 'TOBEFREE') return -ERRNO.EINPROGRESS;
    map.state = 'TOBEFREE';
    return 0;
  }
}
