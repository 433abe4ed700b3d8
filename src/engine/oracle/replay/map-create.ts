/* Recording b1: BPF_MAP_CREATE in 97 ways. Each call is described by its recorded arguments. */
import type { AttrExtent, BpfAttr } from '../../kernel/attr.ts';
import type { Answer, RecordedStep } from './recording.ts';
import { latin1, type Session } from './session.ts';

type Args = Readonly<Record<string, number | string>>;

/** the recorder's short names */
const FIELDS = {
  mtype: 'map_type',
  ks: 'key_size',
  vs: 'value_size',
  me: 'max_entries',
  flags: 'map_flags',
  inner: 'inner_map_fd',
  numa: 'numa_node',
  name: 'map_name',
  ifindex: 'map_ifindex',
  btf_fd: 'btf_fd',
  kt: 'btf_key_type_id',
  vt: 'btf_value_type_id',
  vmvt: 'btf_vmlinux_value_type_id',
  extra: 'map_extra',
  vtfd: 'value_type_btf_obj_fd',
} as const satisfies Record<string, keyof BpfAttr['BPF_MAP_CREATE']>;

/** bytes that the recorder filled in, without and with value_type_btf_obj_fd */
const SHORT_ATTR = 72;
const LONG_ATTR = 80;

export function* mapCreate(s: Session, steps: readonly RecordedStep[]): Generator<Answer> {
  s.btfFd();
  for (const { args } of steps) {
    const given = args as Args;
    const named = Object.entries(FIELDS).filter(([short]) => given[short] !== undefined);
    const attr = Object.fromEntries(named.map(([short, field]) => [field, given[short]]));
    const at = given.vtfd === undefined ? SHORT_ATTR : LONG_ATTR;
    const extent: AttrExtent = {
      size: typeof given.size === 'number' ? given.size : undefined,
      tail: typeof given.tail === 'string' ? { at, bytes: latin1(given.tail) } : undefined,
    };
    const created = s.map(attr, extent);
    yield { op: 'BPF_MAP_CREATE', ret: created.ret, out: created.ret < 0 ? undefined : { info: info(s, created.ret) } };
    s.close(created.ret);
  }
}

function info(s: Session, fd: number): unknown {
  const result = s.bpf('BPF_OBJ_GET_INFO_BY_FD', { bpf_fd: fd, info_len: 88, info: new Uint8Array(88) });
  const words = ['type', 'id', 'key_size', 'value_size', 'max_entries', 'map_flags'];
  return {
    ...Object.fromEntries(words.map((name, i) => [name, s.wordAt(result, i * 4)])),
    btf_vmlinux_value_type_id: s.wordAt(result, 44),
  };
}
