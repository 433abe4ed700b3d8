/*
 * Checks that the key and value types given by a map's creator have the sizes of its keys and values (map_check_btf).
 */
import { entryOf } from '../../base/assert.ts';
import { ERRNO } from '../../base/errno.ts';
import type { Btf } from '../../btf/btf.ts';
import { openBtf } from '../../btf/read.ts';
import type { FullAttr } from '../attr.ts';
import type { Core } from '../core.ts';
import { blob } from '../objects.ts';
import { MAP_TYPE } from './map-type.ts';

type Attr = Pick<
  FullAttr<'BPF_MAP_CREATE'>,
  'map_type' | 'key_size' | 'value_size' | 'max_entries' | 'btf_key_type_id' | 'btf_value_type_id'
>;

/** 0, or a positive errno; `object` is the BTF's number. */
export function checkBtf(k: Core, object: number, attr: Attr): number {
  const opened = openBtf(blob(k, entryOf(k.state.btfs, object).blob));
  if (!opened.ok) return ERRNO.EINVAL;
  const btf = opened.value;
  if (btf.sizeOf(attr.btf_value_type_id) !== attr.value_size) return ERRNO.EINVAL;
  if (attr.btf_key_type_id !== 0 && btf.sizeOf(attr.btf_key_type_id) !== attr.key_size) return ERRNO.EINVAL;
  if (attr.map_type === MAP_TYPE.ARRAY || attr.map_type === MAP_TYPE.PERCPU_ARRAY) return checkArray(btf, attr);
  if (attr.btf_key_type_id === 0) return ERRNO.ENOTSUPP;
  return attr.map_type === MAP_TYPE.SK_STORAGE && !isInt32(btf, attr.btf_key_type_id) ? ERRNO.EINVAL : 0;
}

/** array_map_check_btf: without a key type, a section's variables as the one value. */
function checkArray(btf: Btf, attr: Attr): number {
  if (attr.btf_key_type_id !== 0) return isInt32(btf, attr.btf_key_type_id) ? 0 : ERRNO.EINVAL;
  const isSection = btf.type(attr.btf_value_type_id)?.kind === 'DATASEC';
  return attr.map_type === MAP_TYPE.ARRAY && attr.max_entries === 1 && isSection ? 0 : ERRNO.EINVAL;
}

function isInt32(btf: Btf, id: number): boolean {
  const type = btf.type(btf.skipModifiers(id));
  return type?.kind === 'INT' && type.size === 4;
}
