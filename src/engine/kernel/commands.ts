/* bpf(2) as a table. */
import type { BpfCommand } from './attr.ts';
import { btfLoad } from './btf-load.ts';
import type { CommandEntry } from './calls.ts';
import { btfById, btfNextId, linkById, linkNextId, mapById, mapNextId, progById, progNextId } from './ids.ts';
import { objInfo } from './info.ts';
import { progBindMap } from './maps/bind.ts';
import {
  byMap,
  plainDelete,
  plainFreeze,
  plainLookup,
  plainLookupDelete,
  plainNextKey,
  plainUpdate,
} from './maps/elements.ts';
import { mapCreate } from './map-create.ts';
import { progLoad } from './prog-load.ts';
import { objGet, objPin } from './pins.ts';
import { mapDeleteBatch, mapFreeze, mapLookupBatch, mapLookupDelete, mapUpdateBatch } from './refused.ts';
import { progAttach, progTestRun, rawTracepointOpen } from './prog-use.ts';
import { mapDelete } from './struct-ops/delete.ts';
import { linkCreate, linkDetach, linkUpdate } from './struct-ops/link.ts';
import { mapLookup, mapNextKey } from './struct-ops/lookup.ts';
import { mapUpdate } from './struct-ops/update.ts';

export const COMMANDS: { readonly [C in BpfCommand]: CommandEntry<C> } = {
  BPF_MAP_CREATE: mapCreate,
  BPF_MAP_LOOKUP_ELEM: byMap(mapLookup, plainLookup),
  BPF_MAP_UPDATE_ELEM: byMap(mapUpdate, plainUpdate),
  BPF_MAP_DELETE_ELEM: byMap(mapDelete, plainDelete),
  BPF_MAP_GET_NEXT_KEY: byMap(mapNextKey, plainNextKey),
  BPF_MAP_LOOKUP_AND_DELETE_ELEM: byMap(mapLookupDelete, plainLookupDelete),
  BPF_MAP_LOOKUP_BATCH: mapLookupBatch,
  BPF_MAP_UPDATE_BATCH: mapUpdateBatch,
  BPF_MAP_DELETE_BATCH: mapDeleteBatch,
  BPF_MAP_FREEZE: byMap(mapFreeze, plainFreeze),
  BPF_PROG_LOAD: progLoad,
  BPF_PROG_ATTACH: progAttach,
  BPF_PROG_TEST_RUN: progTestRun,
  BPF_RAW_TRACEPOINT_OPEN: rawTracepointOpen,
  BPF_BTF_LOAD: btfLoad,
  BPF_PROG_GET_NEXT_ID: progNextId,
  BPF_MAP_GET_NEXT_ID: mapNextId,
  BPF_BTF_GET_NEXT_ID: btfNextId,
  BPF_LINK_GET_NEXT_ID: linkNextId,
  BPF_PROG_GET_FD_BY_ID: progById,
  BPF_MAP_GET_FD_BY_ID: mapById,
  BPF_BTF_GET_FD_BY_ID: btfById,
  BPF_LINK_GET_FD_BY_ID: linkById,
  BPF_PROG_BIND_MAP: progBindMap,
  BPF_LINK_CREATE: linkCreate,
  BPF_LINK_UPDATE: linkUpdate,
  BPF_LINK_DETACH: linkDetach,
  BPF_OBJ_PIN: objPin,
  BPF_OBJ_GET: objGet,
  BPF_OBJ_GET_INFO_BY_FD: objInfo,
};

export const COMMAND_NUMBERS: ReadonlyMap<number, BpfCommand> = new Map(
  (Object.keys(COMMANDS) as BpfCommand[]).map((command) => [COMMANDS[command].number, command]),
);
