import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ERRNO } from '../base/errno.ts';
import { runs } from '../base/testing/runs.ts';
import { refcnt, shownRefcnt, structOps } from './state.ts';
import { boot, loader } from './testing/boot.ts';
import { type Action, Model, NAMES, PROCESSES } from './testing/model.ts';

const process = fc.nat({ max: PROCESSES - 1 });
const map = fc.nat({ max: 5 });
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ do: fc.constant('create' as const), process, link: fc.boolean() }),
  fc.record({ do: fc.constant('open' as const), process, map }),
  fc.record({ do: fc.constant('close' as const), process, map }),
  { arbitrary: fc.record({ do: fc.constant('exit' as const), process }), weight: 1 },
  { arbitrary: fc.record({ do: fc.constant('update' as const), process, map, name: fc.nat({ max: 2 }) }), weight: 3 },
  { arbitrary: fc.record({ do: fc.constant('delete' as const), process, map }), weight: 2 },
  { arbitrary: fc.record({ do: fc.constant('link' as const), process, map }), weight: 2 },
  { arbitrary: fc.record({ do: fc.constant('swap' as const), process, link: fc.nat({ max: 3 }), map }), weight: 2 },
  fc.record({ do: fc.constant('detach' as const), process, link: fc.nat({ max: 3 }) }),
  fc.record({ do: fc.constant('close-link' as const), process, link: fc.nat({ max: 3 }) }),
  { arbitrary: fc.record({ do: fc.constant('get' as const), map }), weight: 2 },
  { arbitrary: fc.record({ do: fc.constant('put' as const), map }), weight: 2 },
  fc.record({ do: fc.constant('wait' as const) }),
);

/** The kernel and the model side by side. */
class Pair {
  readonly lab = boot();
  readonly model = new Model();
  private readonly pids = Array.from({ length: PROCESSES }, (_, i) => this.lab.kernel.spawn(`p${i}`));
  private readonly loader = this.lab.kernel.spawn('loader');
  private readonly user = loader(this.lab, this.loader);
  private readonly progs = ['ssthresh', 'undo_cwnd', 'cong_avoid'].map(
    (member) => [member, this.user.prog(member)] as const,
  );
  /** object numbers of the model's maps */
  private readonly objects: number[] = [];
  /** fds of each process on each map */
  private readonly fds: number[][][] = [];

  run(a: Action): void {
    if (a.do === 'wait') this.settle();
    else if (a.do === 'create') this.create(a.process, a.link);
    else if (a.do === 'exit') this.exit(a.process);
    else if (a.do === 'link' || a.do === 'swap' || a.do === 'detach' || a.do === 'close-link') this.runOnLink(a);
    else if (a.map < this.objects.length) this.runOnMap(a);
    this.check();
  }

  /** fds of the links, in the process that made each */
  private readonly linkFds: number[] = [];

  private runOnLink(a: Extract<Action, { do: 'link' | 'swap' | 'detach' | 'close-link' }>): void {
    const { kernel } = this.lab;
    const pid = this.pids[a.process];
    const mapFd = 'map' in a ? this.fds[a.map]?.[a.process][0] : undefined;
    if (a.do === 'link') {
      if (mapFd === undefined) return;
      const { ret } = kernel.bpf(pid, 'BPF_LINK_CREATE', { prog_fd: mapFd, attach_type: 44 });
      expect(Math.min(ret, 0)).toBe(this.model.link(this.model.maps[a.map], a.process));
      if (ret >= 0) this.linkFds.push(ret);
      return;
    }
    const link = this.model.links[a.link];
    if (!link?.open || link.process !== a.process) return;
    const link_fd = this.linkFds[a.link];
    if (a.do === 'close-link') {
      kernel.close(pid, link_fd);
      Object.assign(link, { open: false, map: null });
    } else if (a.do === 'detach') {
      expect(kernel.bpf(pid, 'BPF_LINK_DETACH', { link_fd }).ret).toBe(0);
      link.map = null;
    } else if (mapFd !== undefined && link.map !== this.model.maps[a.map]) {
      const { ret } = kernel.bpf(pid, 'BPF_LINK_UPDATE', { link_fd, new_map_fd: mapFd });
      expect(ret).toBe(this.model.swap(link, this.model.maps[a.map]));
    }
  }

  private runOnMap(a: Extract<Action, { do: 'open' | 'close' | 'update' | 'delete' | 'get' | 'put' }>): void {
    const m = this.model.maps[a.map];
    const { kernel } = this.lab;
    if (a.do === 'get' || a.do === 'put') {
      this.socket(a);
      return;
    }
    const pid = this.pids[a.process];
    const mine = this.fds[a.map][a.process];
    if (a.do === 'open') {
      const ret = kernel.bpf(pid, 'BPF_MAP_GET_FD_BY_ID', { map_id: this.ids[a.map] }).ret;
      expect(ret < 0 ? ret : 0).toBe(this.model.gone(m) ? -ERRNO.ENOENT : 0);
      if (ret >= 0) {
        mine.push(ret);
        m.fds[a.process]++;
      }
      return;
    }
    const fd = mine[0];
    if (fd === undefined) return;
    if (a.do === 'close') {
      mine.shift();
      m.fds[a.process]--;
      kernel.close(pid, fd);
    } else if (a.do === 'delete') {
      expect(kernel.bpf(pid, 'BPF_MAP_DELETE_ELEM', { map_fd: fd, key: new Uint8Array(4) }).ret).toBe(
        this.model.remove(m),
      );
    } else if (a.do === 'update') {
      this.lendPrograms(pid, (fds) => {
        const value = this.user.value(NAMES[a.name], fds);
        const { ret } = kernel.bpf(pid, 'BPF_MAP_UPDATE_ELEM', { map_fd: fd, key: new Uint8Array(4), value });
        expect(ret).toBe(this.model.update(m, NAMES[a.name]));
      });
    }
  }

  private readonly ids: number[] = [];

  private create(process: number, link: boolean): void {
    if (this.objects.length > 5) return;
    const { kernel, btf } = this.lab;
    const pid = this.pids[process];
    const btfObject = kernel.objectOf(this.loader, this.user.btfFd, 'btf');
    const btfFd = kernel.bpf(pid, 'BPF_BTF_GET_FD_BY_ID', { btf_id: kernel.state.btfs[btfObject].id }).ret;
    const fd = kernel.bpf(pid, 'BPF_MAP_CREATE', {
      map_type: 26,
      key_size: 4,
      value_size: 256,
      max_entries: 1,
      map_flags: link ? 0x2000 : 0,
      btf_fd: btfFd,
      btf_vmlinux_value_type_id: btf.find('STRUCT', 'bpf_struct_ops_tcp_congestion_ops'),
    }).ret;
    kernel.close(pid, btfFd);
    this.model.create(process, link);
    this.objects.push(kernel.objectOf(pid, fd, 'map'));
    this.ids.push(kernel.state.maps[kernel.objectOf(pid, fd, 'map')].id);
    this.fds.push(Array.from({ length: PROCESSES }, (_, p) => (p === process ? [fd] : [])));
  }

  private exit(process: number): void {
    this.lab.kernel.exit(this.pids[process]);
    this.pids[process] = this.lab.kernel.spawn(`p${process}`);
    for (const link of this.model.links) if (link.process === process) Object.assign(link, { open: false, map: null });
    for (const [i, m] of this.model.maps.entries()) {
      m.fds[process] = 0;
      this.fds[i][process] = [];
    }
  }

  private socket({ do: verb, map: i }: { do: 'get' | 'put'; map: number }): void {
    const m = this.model.maps[i];
    const { kernel } = this.lab;
    const { kdata } = structOps(kernel.state.maps[this.objects[i]]) ?? { kdata: 0 };
    if (verb === 'put') {
      if (m.sockets === 0) return;
      kernel.refs.put(kdata, 'socket', m.sockets--);
    } else if (kdata !== 0) {
      // TCP takes only structs that it once got
      const got = m.state !== 'INIT' && kernel.refs.get(kdata, 'socket', m.sockets + 1);
      expect(got).toBe(m.state !== 'INIT' && !this.model.gone(m));
      if (got) m.sockets++;
    }
  }

  /** Program fds, open while an update needs them. */
  private lendPrograms(pid: number, use: (fds: Record<string, number>) => void): void {
    const { kernel } = this.lab;
    const fds = this.progs.map(([member, fd]) => {
      const { id } = kernel.state.progs[kernel.objectOf(this.loader, fd, 'prog')];
      return [member, kernel.bpf(pid, 'BPF_PROG_GET_FD_BY_ID', { prog_id: id }).ret] as const;
    });
    use(Object.fromEntries(fds));
    for (const [, fd] of fds) kernel.close(pid, fd);
  }

  private settle(): void {
    while (this.lab.events.length > 0) this.lab.events.step();
  }

  private check(): void {
    const { kernel, names } = this.lab;
    for (const [i, m] of this.model.maps.entries()) {
      const object = structOps(kernel.state.maps[this.objects[i]]);
      const { all, shown } = this.model.held(m);
      if (object) {
        expect([refcnt(object), shownRefcnt(object)]).toEqual([all, shown]);
        expect(kernel.stateName(object)).toBe(m.state);
        expect(object.freeing !== null).toBe(all === 0);
        expect(object.progs.length).toBe(m.state === 'INIT' ? 0 : 3);
      } else {
        expect(all).toBe(0);
      }
    }
    const registered = names.list.map(({ name }) => name);
    expect(new Set(registered).size).toBe(registered.length);
    expect(registered.toSorted()).toEqual(this.model.registered.toSorted());
  }

  /** Releases everything: nothing may be left. */
  finish(): void {
    for (const i of this.model.maps.keys()) {
      while (this.model.maps[i].sockets > 0) this.socket({ do: 'put', map: i });
      if (this.model.maps[i].state !== 'INUSE') continue;
      const pid = this.pids[0];
      const fd = this.lab.kernel.bpf(pid, 'BPF_MAP_GET_FD_BY_ID', { map_id: this.ids[i] }).ret;
      this.lab.kernel.bpf(pid, 'BPF_MAP_DELETE_ELEM', { map_fd: fd, key: new Uint8Array(4) });
    }
    for (const pid of [...this.pids, this.loader]) this.lab.kernel.exit(pid);
    this.settle();
    const { maps, progs, btfs, links, files } = this.lab.kernel.state;
    expect([maps, progs, links, files]).toEqual([{}, {}, {}, {}]);
    expect(Object.values(btfs).map(({ kernel }) => kernel)).toEqual([true]);
    for (const type of this.lab.kernel.types) expect(type.values.live).toBe(0);
  }
}

test('calls of three processes: results, counts and states equal a small model’s, and nothing leaks', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200, size: 'max' }), (actions) => {
      const pair = new Pair();
      for (const a of actions) pair.run(a);
      pair.finish();
    }),
    { numRuns: runs(15, 1000) },
  );
});
