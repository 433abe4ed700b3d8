/*
 * A small independent model of struct_ops maps, written from the state machine alone: it predicts each call's answer
 * and every reference. Tests run it beside the kernel.
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
  | { readonly do: 'link'; readonly process: number; readonly map: number }
  | { readonly do: 'swap'; readonly process: number; readonly link: number; readonly map: number }
  | { readonly do: 'detach'; readonly process: number; readonly link: number }
  | { readonly do: 'close-link'; readonly process: number; readonly link: number }
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

/** A link lives as long as the process that made it keeps its fd. */
export interface ModelLink {
  readonly process: number;
  map: ModelMap | null;
  open: boolean;
}

export class Model {
  readonly maps: ModelMap[] = [];
  readonly links: ModelLink[] = [];

  /** references, and those that are not user space's */
  held(map: ModelMap): { all: number; shown: number } {
    const linked = this.links.filter((link) => link.map === map).length;
    const shown = map.sockets + linked + (map.state === 'INUSE' ? 1 : 0);
    return { all: shown + map.fds.reduce((a, b) => a + b, 0), shown };
  }

  gone(map: ModelMap): boolean {
    return this.held(map).all === 0;
  }

  /** names that a map or a link has registered */
  get registered(): string[] {
    const linked = this.links.map(({ map }) => map?.name).filter((name) => name !== undefined);
    return [...this.maps.filter(({ state }) => state === 'INUSE').map(({ name }) => name), ...linked];
  }

  link(map: ModelMap, process: number): number {
    if (map.state !== 'READY') return -ERRNO.EINVAL;
    if (this.registered.includes(map.name)) return -ERRNO.EEXIST;
    this.links.push({ process, map, open: true });
    return 0;
  }

  swap(link: ModelLink, map: ModelMap): number {
    if (map.state !== 'READY') return -ERRNO.EINVAL;
    if (link.map === null) return -ERRNO.ENOLINK;
    if (link.map.name !== map.name) return -ERRNO.EINVAL;
    link.map = map;
    return 0;
  }

  create(process: number, link: boolean): void {
    const fds = Array.from({ length: PROCESSES }, (_, p) => (p === process ? 1 : 0));
    this.maps.push({ state: 'INIT', link, name: '', fds, sockets: 0 });
  }

  update(map: ModelMap, name: string): number {
    if (map.state !== 'INIT') return -ERRNO.EBUSY;
    if (!map.link && this.registered.includes(name)) return -ERRNO.EEXIST;
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
