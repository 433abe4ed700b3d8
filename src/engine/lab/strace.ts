/* Prints system calls as strace does, shortened to the essential fields. */
import { numberOf } from '../base/bytes.ts';
import { MAP_TYPES } from '../kernel/maps/types.ts';
import { MAP_TYPE_STRUCT_OPS } from '../kernel/uapi.ts';
import type { BpfAttr, BpfCommand } from '../kernel/attr.ts';
import { LINK_REPLACE } from '../kernel/uapi.ts';

type Shown = Readonly<Record<string, unknown>>;

const isPlain = (value: unknown): value is number | string => typeof value === 'number' || typeof value === 'string';

/** Text of a field's value; null leaves the field out. */
type Show = (attr: Shown) => string | null;

const plain =
  (field: string): Show =>
  ({ [field]: value }) =>
    isPlain(value) ? `${field}=${value}` : null;
const quoted =
  (field: string): Show =>
  (attr) =>
    typeof attr[field] === 'string' ? `${field}="${attr[field]}"` : null;
const nonZero =
  (field: string): Show =>
  ({ [field]: value }) =>
    isPlain(value) && value !== 0 ? `${field}=${value}` : null;
const constant =
  (text: string): Show =>
  () =>
    text;
const key: Show = ({ key: bytes }) => (bytes instanceof Uint8Array ? `key=${numberOf(bytes)}` : null);

const path: Show = ({ pathname }) =>
  pathname instanceof Uint8Array ? `pathname="${new TextDecoder().decode(pathname).replace('\0', '')}"` : null;
const mapType: Show = ({ map_type: type }) => {
  const name = type === MAP_TYPE_STRUCT_OPS ? 'struct_ops' : MAP_TYPES.get(Number(type))?.name;
  return `map_type=${name === undefined ? Number(type) : `BPF_MAP_TYPE_${name.toUpperCase()}`}`;
};

/** Shows a field only for maps other than struct_ops, which all have the same value. */
const ofOthers =
  (show: Show): Show =>
  (attr) =>
    attr.map_type === MAP_TYPE_STRUCT_OPS ? null : show(attr);

const SHOWN: Readonly<Partial<Record<BpfCommand, readonly Show[]>>> = {
  BPF_BTF_LOAD: [plain('btf_size')],
  BPF_MAP_CREATE: [
    mapType,
    ofOthers(nonZero('key_size')),
    plain('value_size'),
    ofOthers(nonZero('max_entries')),
    nonZero('map_flags'),
    quoted('map_name'),
    nonZero('btf_vmlinux_value_type_id'),
  ],
  BPF_PROG_LOAD: [
    constant('prog_type=BPF_PROG_TYPE_STRUCT_OPS'),
    plain('insn_cnt'),
    quoted('prog_name'),
    plain('attach_btf_id'),
    plain('expected_attach_type'),
  ],
  BPF_MAP_UPDATE_ELEM: [plain('map_fd'), key, nonZero('flags')],
  BPF_MAP_LOOKUP_ELEM: [plain('map_fd'), key, nonZero('flags')],
  BPF_MAP_DELETE_ELEM: [plain('map_fd'), key],
  BPF_MAP_GET_FD_BY_ID: [plain('map_id')],
  BPF_LINK_GET_FD_BY_ID: [plain('link_id')],
  BPF_LINK_CREATE: [({ prog_fd }) => `map_fd=${String(prog_fd)}`, constant('attach_type=BPF_STRUCT_OPS')],
  BPF_LINK_UPDATE: [
    plain('link_fd'),
    plain('new_map_fd'),
    plain('old_map_fd'),
    ({ flags }) => (flags === LINK_REPLACE ? 'flags=BPF_F_REPLACE' : null),
  ],
  BPF_LINK_DETACH: [plain('link_fd')],
  BPF_MAP_FREEZE: [plain('map_fd')],
  BPF_PROG_BIND_MAP: [plain('prog_fd'), plain('map_fd')],
  BPF_OBJ_PIN: [path, plain('bpf_fd')],
};

/** `bpf(BPF_MAP_DELETE_ELEM, {map_fd=3, key=0})` */
export function straceBpf<C extends BpfCommand>(command: C, attr: BpfAttr[C]): string {
  const fields = (SHOWN[command] ?? []).map((show) => show(attr as Shown)).filter((text) => text !== null);
  return `bpf(${command}, {${fields.join(', ')}})`;
}
