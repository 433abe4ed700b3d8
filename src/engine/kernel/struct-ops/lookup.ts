/* BPF_MAP_LOOKUP_ELEM and BPF_MAP_GET_NEXT_KEY of a struct_ops map. */
import { ERRNO } from '../../base/errno.ts';
import {
  type Call,
  command,
  type CommandTable,
  copyFromUser,
  findMap,
  type MapCall,
  opsMapOf,
  mayRead,
  must,
  onlyLockFlag,
  takeBytes,
} from '../calls.ts';
import { done, fail, next } from '../steps.ts';
import { lookupValue } from './value.ts';

interface Lookup extends Call<'BPF_MAP_LOOKUP_ELEM'>, MapCall {
  key: Uint8Array;
}

const lookup: CommandTable<'BPF_MAP_LOOKUP_ELEM', Lookup> = {
  command: 'BPF_MAP_LOOKUP_ELEM',
  number: 1,
  context: (call) => ({ ...call, file: null, map: null, key: new Uint8Array() }),
  steps: [
    onlyLockFlag('map_lookup_elem'),
    findMap(),
    mayRead(),
    {
      id: 'spin-lock',
      scope: 'call',
      source: 'map_lookup_elem',
      text: 'BPF_F_LOCK needs a spin lock in the value, which these maps lack',
      run: ({ attr }) => must(attr.flags === 0, ERRNO.EINVAL),
    },
    {
      id: 'copy-key',
      scope: 'call',
      source: 'bpf_map_copy_key',
      text: 'the 4 bytes of the key can be read',
      run: (x) =>
        takeBytes(x.attr.key, 4, (key) => {
          x.key = key;
        }),
    },
    {
      id: 'key',
      scope: 'call',
      source: 'bpf_struct_ops_map_sys_lookup_elem',
      text: 'the key is 0',
      run: ({ key }) =>
        must(
          key.every((byte) => byte === 0),
          ERRNO.ENOENT,
        ),
    },
    {
      id: 'copy-to-user',
      scope: 'call',
      source: 'bpf_struct_ops_map_sys_lookup_elem',
      text: 'in INIT all zero; otherwise the value from user space, program fds as ids, with the present state and count',
      run(x) {
        x.out.bytes = lookupValue(x.k, opsMapOf(x));
        return done(0);
      },
    },
  ],
};

interface NextKey extends Call<'BPF_MAP_GET_NEXT_KEY'>, MapCall {
  /** null: asked for the first */
  key: Uint8Array | null;
}

const nextKey: CommandTable<'BPF_MAP_GET_NEXT_KEY', NextKey> = {
  command: 'BPF_MAP_GET_NEXT_KEY',
  number: 4,
  context: (call) => ({ ...call, file: null, map: null, key: null }),
  steps: [
    findMap(),
    mayRead(),
    {
      id: 'copy-key',
      scope: 'call',
      source: 'bpf_map_copy_key',
      text: 'the key, if given, can be read',
      run(x) {
        if (x.attr.key === null) return next;
        x.key = copyFromUser(x.attr.key, 4);
        return must(x.key !== null, ERRNO.EFAULT);
      },
    },
    {
      id: 'next',
      scope: 'call',
      source: 'bpf_struct_ops_map_get_next_key',
      text: 'no key follows key 0; without a key, or after any other, the next key is 0',
      run(x) {
        if (x.key?.every((byte) => byte === 0)) return fail(ERRNO.ENOENT);
        x.out.bytes = new Uint8Array(4);
        return done(0);
      },
    },
  ],
};

export const mapLookup = command(lookup);
export const mapNextKey = command(nextKey);
