/* BPF_MAP_DELETE_ELEM of a struct_ops map: unregistering. */
import { ERRNO } from '../../base/errno.ts';
import {
  type Call,
  command,
  type CommandTable,
  copyFromUser,
  findMap,
  type MapCall,
  opsMapOf,
  mayWrite,
  must,
} from '../calls.ts';
import { putMap } from '../objects.ts';
import { done } from '../steps.ts';
import { MAP_FLAG, STATE } from '../uapi.ts';
import { structOpsType } from './types.ts';
import { mapState, setMapState } from './value.ts';

interface Delete extends Call<'BPF_MAP_DELETE_ELEM'>, MapCall {}

const table: CommandTable<'BPF_MAP_DELETE_ELEM', Delete> = {
  command: 'BPF_MAP_DELETE_ELEM',
  number: 3,
  context: (call) => ({ ...call, file: null, map: null }),
  steps: [
    findMap(),
    mayWrite(),
    {
      id: 'copy-key',
      scope: 'call',
      source: 'bpf_map_copy_key',
      text: 'the 4 bytes of the key can be read; their value does not matter',
      run: ({ attr }) => must(copyFromUser(attr.key, 4) !== null, ERRNO.EFAULT),
    },
    {
      id: 'not-link',
      scope: 'call',
      source: 'bpf_struct_ops_map_delete_elem',
      since: 'v6.12',
      text: 'a map for links is unregistered by its link',
      run: (x) => must((opsMapOf(x).flags & MAP_FLAG.LINK) === 0, ERRNO.EOPNOTSUPP),
    },
    {
      id: 'state-init',
      scope: 'call',
      source: 'bpf_struct_ops_map_delete_elem',
      text: 'in INIT there is no element',
      run: (x) => must(mapState(x.k, opsMapOf(x)) !== STATE.INIT, ERRNO.ENOENT),
    },
    {
      id: 'state-tobefree',
      scope: 'call',
      source: 'bpf_struct_ops_map_delete_elem',
      text: 'in TOBEFREE it has already been deleted',
      run: (x) => must(mapState(x.k, opsMapOf(x)) !== STATE.TOBEFREE, ERRNO.EINPROGRESS),
    },
    {
      id: 'unreg',
      scope: 'call',
      source: 'st_ops->unreg',
      text: 'TOBEFREE; the subsystem forgets the struct, and the registration’s reference is given back',
      run(x) {
        const map = opsMapOf(x);
        setMapState(x.k, map, STATE.TOBEFREE);
        structOpsType(x.k, map.struct).subsystem.unreg(map.kdata);
        putMap(x.k, map.object, 'registration', 0);
        return done(0);
      },
    },
  ],
};

export const mapDelete = command(table);
