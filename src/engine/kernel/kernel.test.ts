import { mustStructOps } from './state.ts';
import { expect, test } from 'vitest';
import { ERRNO } from '../base/errno.ts';
import { ProgramStopped } from '../vm/stopped.ts';
import { GRACE_NS } from './grace.ts';
import { boot, loader } from './testing/boot.ts';

test('a congestion control from INIT to freed', () => {
  const lab = boot();
  const { kernel, events, names } = lab;
  const pid = kernel.spawn('loader');
  const user = loader(lab, pid);
  const fds = user.progs();
  const fd = user.map();
  expect([user.btfFd, ...Object.values(fds), fd]).toEqual([3, 4, 5, 6, 7]);
  const object = kernel.objectOf(pid, fd, 'map');
  const map = () => mustStructOps(kernel.state.maps[object]);
  expect(kernel.stateName(map())).toBe('INIT');

  const value = user.value('bpf_reno', fds);
  expect(user.update(fd, value)).toMatchObject({ ret: 0 });
  expect(kernel.stateName(map())).toBe('INUSE');
  expect(kernel.shownRefcnt(map())).toBe(1);
  expect(names.list).toEqual([{ kdata: map().kdata, name: 'bpf_reno' }]);
  expect(user.update(fd, value).ret).toBe(-ERRNO.EBUSY);

  const ssthresh = map().progs[0].address;
  expect(lab.text.nameOf(ssthresh)).toBe('bpf__tcp_congestion_ops_ssthresh');
  expect(lab.text.call(ssthresh, 1)).toBe(7);
  const code = kernel.trampolineCode(ssthresh)?.flatMap(({ bytes }) => [...bytes]);
  expect([...lab.memory.u8.subarray(ssthresh, ssthresh + map().progs[0].bytes)]).toEqual(code);

  expect(kernel.refs.get(map().kdata, 'socket', 1)).toBe(true);
  kernel.exit(pid);
  expect(kernel.shownRefcnt(map())).toBe(2);

  const admin = kernel.spawn('bpftool');
  const again = kernel.bpf(admin, 'BPF_MAP_GET_FD_BY_ID', { map_id: map().id }).ret;
  expect(loader(lab, admin).remove(again).ret).toBe(0);
  expect(kernel.stateName(map())).toBe('TOBEFREE');
  expect(kernel.shownRefcnt(map())).toBe(1);
  kernel.close(admin, again);
  kernel.refs.put(map().kdata, 'socket', 1);
  expect(kernel.bpf(admin, 'BPF_MAP_GET_FD_BY_ID', { map_id: map().id }).ret).toBe(-ERRNO.ENOENT);
  expect(map().freeing).not.toBeNull();
  expect(Object.keys(kernel.state.progs)).toHaveLength(3);
  while (events.length > 0) events.step();
  expect(kernel.state.maps).toEqual({});
  expect(kernel.state.progs).toEqual({});
  expect(lab.text.nameOf(ssthresh)).toBeNull();
});

test('a taken name gives EEXIST at reg, and the update may be retried', () => {
  const lab = boot();
  const { kernel } = lab;
  const pid = kernel.spawn('loader');
  const user = loader(lab, pid);
  const fds = user.progs();
  const [a, b] = [user.map(), user.map()];
  const value = user.value('same', fds);
  expect(user.update(a, value).ret).toBe(0);
  const refused = user.update(b, value);
  expect(refused.ret).toBe(-ERRNO.EEXIST);
  expect(refused.trace.at(-1)).toMatchObject({ step: 'reg', outcome: 'fail' });
  const map = mustStructOps(kernel.state.maps[kernel.objectOf(pid, b, 'map')]);
  expect(map.progs).toEqual([]);
  expect(lab.memory.u8.subarray(map.kvalue, map.kvalue + 256).every((byte) => byte === 0)).toBe(true);
  expect(user.remove(a).ret).toBe(0);
  expect(user.update(b, value).ret).toBe(0);
});

test('a link updated to the map that it holds panics the kernel, as 6.12 does', () => {
  const lab = boot();
  const { kernel } = lab;
  const pid = kernel.spawn('loader');
  const user = loader(lab, pid);
  const fds = user.progs();
  const map = user.map(0x2000);
  expect(user.update(map, user.value('linked', fds)).ret).toBe(0);
  const link = kernel.bpf(pid, 'BPF_LINK_CREATE', { prog_fd: map, attach_type: 44 }).ret;
  const swapped = kernel.bpf(pid, 'BPF_LINK_UPDATE', { link_fd: link, new_map_fd: map });
  expect(swapped.trace.at(-1)?.step).toBe('same-map');
  expect(kernel.state.panic).toContain('list_debug.c:35');
  expect(kernel.state.dmesg.at(-1)?.text).toBe(kernel.state.panic);
  expect(kernel.bpf(pid, 'BPF_LINK_DETACH', { link_fd: link }).message).toBe(kernel.state.panic);
});

test('a pinned link keeps its struct registered after the loader is gone, and unlink ends it', () => {
  const lab = boot();
  const { kernel, names } = lab;
  const pid = kernel.spawn('loader');
  const user = loader(lab, pid);
  const fds = user.progs();
  const map = user.map(0x2000);
  user.update(map, user.value('pinned', fds));
  const link = kernel.bpf(pid, 'BPF_LINK_CREATE', { prog_fd: map, attach_type: 44 }).ret;
  const pathname = new TextEncoder().encode('/sys/fs/bpf/l\0');
  expect(kernel.bpf(pid, 'BPF_OBJ_PIN', { pathname, bpf_fd: link }).ret).toBe(0);
  expect(kernel.bpf(pid, 'BPF_OBJ_PIN', { pathname, bpf_fd: link }).ret).toBe(-ERRNO.EEXIST);
  kernel.exit(pid);
  expect(names.list).toHaveLength(1);
  expect(kernel.unlink('/sys/fs/bpf/l')).toBe(0);
  expect(names.list).toEqual([]);
  expect(kernel.state.links).toEqual({});
});

test('a stopped program returns 0 from then on, and a notice is sent', () => {
  let calls = 0;
  const told: string[] = [];
  const lab = boot({
    makeTrampolines: (members) =>
      members.map(() => () => {
        calls++;
        throw new ProgramStopped(
          'fault',
          'it stored outside its arena',
          3,
          null,
          new Uint32Array(11),
          new Uint32Array(11),
        );
      }),
    observer: { onStopped: (prog, message, pc) => told.push(`${prog.name} ${message} ${pc}`) },
  });
  const { kernel, text } = lab;
  const pid = kernel.spawn('loader');
  const user = loader(lab, pid);
  const fds = user.progs();
  const map = user.map();
  user.update(map, user.value('faulty', fds));
  const [{ address, prog }] = mustStructOps(kernel.state.maps[kernel.objectOf(pid, map, 'map')]).progs;
  expect([text.call(address), text.call(address)]).toEqual([0, 0]);
  expect(calls).toBe(1);
  expect(kernel.state.progs[prog].stopped).toEqual({ message: 'it stored outside its arena', pc: 3 });
  expect(told).toEqual(['ssthresh it stored outside its arena 3']);
});

test('the id is gone at once; memory is freed after the work item and both grace periods', () => {
  const lab = boot();
  const { kernel, events } = lab;
  const pid = kernel.spawn('loader');
  const user = loader(lab, pid);
  const map = user.map();
  const object = kernel.objectOf(pid, map, 'map');
  const { id } = kernel.state.maps[object];
  kernel.close(pid, map);
  expect(kernel.mapById(id)).toBeNull();
  const freeing = () => kernel.state.maps[object]?.freeing;
  expect(freeing()).toEqual({ work: GRACE_NS.work, rcu: 0, tasks: 0 });
  events.step();
  expect(freeing()).toEqual({ work: 0, rcu: GRACE_NS.work + GRACE_NS.rcu, tasks: GRACE_NS.work + GRACE_NS.tasks });
  events.step();
  expect(freeing()).toEqual({ work: 0, rcu: 0, tasks: GRACE_NS.work + GRACE_NS.tasks });
  events.step();
  expect(freeing()).toBeUndefined();
});

test('after restoring a checkpoint, trampolines of its maps can be called, later ones cannot', () => {
  const lab = boot();
  const { kernel, memory, text } = lab;
  const pid = kernel.spawn('loader');
  const user = loader(lab, pid);
  const fds = user.progs();
  const [early, late] = [user.map(), user.map()];
  user.update(early, user.value('early', fds));
  const addresses = (fd: number) =>
    mustStructOps(kernel.state.maps[kernel.objectOf(pid, fd, 'map')]).progs.map((p) => p.address);
  const kept = addresses(early);
  const checkpoint = { image: memory.save(), state: kernel.state };
  user.update(late, user.value('late', fds));
  const lost = addresses(late);
  user.remove(early);
  memory.restore(checkpoint.image);
  kernel.state = checkpoint.state;
  // the second is void
  expect(kept.map((address) => text.call(address))).toEqual([7, 0, 7]);
  expect(lost.map((address) => text.nameOf(address))).toEqual([null, null, null]);
  expect(kernel.stateName(mustStructOps(kernel.state.maps[kernel.objectOf(pid, early, 'map')]))).toBe('INUSE');
});
