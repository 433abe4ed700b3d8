/* Commands that struct_ops maps do not support. */
import { ERRNO } from '../base/errno.ts';
import { type Call, command, type CommandEntry, findMap, type MapCall, mayRead, mayWrite } from './calls.ts';
import { fail, type Step } from './steps.ts';

type RefusedCommand =
  | 'BPF_MAP_LOOKUP_AND_DELETE_ELEM'
  | 'BPF_MAP_LOOKUP_BATCH'
  | 'BPF_MAP_UPDATE_BATCH'
  | 'BPF_MAP_DELETE_BATCH'
  | 'BPF_MAP_FREEZE';

type Refused<C extends RefusedCommand> = Call<C> & MapCall & { readonly attr: { readonly map_fd: number } };

function refused<C extends RefusedCommand>(
  name: C,
  number: number,
  source: string,
  text: string,
  before: readonly Step<Refused<C>>[] = [],
): CommandEntry<C> {
  return command<C, Refused<C>>({
    command: name,
    number,
    context: (call) => ({ ...call, file: null, map: null }),
    steps: [
      findMap(),
      ...before,
      { id: 'not-supported', scope: 'call', source, text, run: () => fail(ERRNO.ENOTSUPP) },
    ],
  });
}

const NO_OP = 'struct_ops maps have no such operation';

export const mapLookupDelete = refused('BPF_MAP_LOOKUP_AND_DELETE_ELEM', 21, 'map_lookup_and_delete_elem', NO_OP, [
  mayRead(),
  mayWrite(),
]);
export const mapFreeze = refused('BPF_MAP_FREEZE', 22, 'map_freeze', 'struct_ops maps cannot be frozen');
export const mapLookupBatch = refused('BPF_MAP_LOOKUP_BATCH', 24, 'bpf_map_do_batch', NO_OP, [mayRead()]);
export const mapUpdateBatch = refused('BPF_MAP_UPDATE_BATCH', 26, 'bpf_map_do_batch', NO_OP, [mayWrite()]);
export const mapDeleteBatch = refused('BPF_MAP_DELETE_BATCH', 27, 'bpf_map_do_batch', NO_OP, [mayWrite()]);
