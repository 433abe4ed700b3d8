/* Runs the verifier on a program that is being loaded (bpf_check). */
import { entryOf } from '../base/assert.ts';
import { contentKey } from '../base/hash.ts';
import type { Btf } from '../btf/btf.ts';
import {
  factsOf,
  type FdAnswer,
  followedType,
  funcInfoOf,
  type GivenTable,
  lineInfoOf,
  structureFault,
  type Verdict,
  type VerifierEnvironment,
  verify,
  type VerifierMap,
  type VerifierProgram,
} from '../verifier/index.ts';
import { objectOf } from './fds.ts';
import type { ProgLoad } from './prog-loading.ts';
import { ownerOf } from './maps/held.ts';
import { btfOf, valueFields } from './maps/value-fields.ts';
import type { InnerShape, MapObject } from './state.ts';

/** Bytes that no log reaches: in place of a log size. */
const UNBOUNDED = 0x3fff_ffff;

const functionTable = ({ attr }: ProgLoad): GivenTable => ({
  bytes: attr.func_info,
  count: attr.func_info_cnt,
  size: attr.func_info_rec_size,
});

const lineTable = ({ attr }: ProgLoad): GivenTable => ({
  bytes: attr.line_info,
  count: attr.line_info_cnt,
  size: attr.line_info_rec_size,
});

/** A map as the verifier sees it; the contents of a frozen one are constants. */
function verifierMap(x: ProgLoad, map: MapObject): VerifierMap {
  const { k } = x;
  const { plain, name, type, keySize, valueSize, maxEntries, flags, frozen } = map;
  const fields = valueFields(k, map);
  const isConstant = frozen && plain !== null && maxEntries === 1 && plain.values !== 0;
  return {
    name,
    type,
    keySize,
    valueSize,
    maxEntries,
    flags,
    frozen,
    hasBtf: map.btf !== 0,
    ...(fields ? { fields } : {}),
    ...(map.plain && map.inner ? { inner: innerMap(map.inner) } : {}),
    ...(isForeign(x, map) ? { otherOwner: true } : {}),
    ...(isConstant && plain ? { contents: k.memory.u8.slice(plain.values, plain.values + valueSize) } : {}),
  };
}

function innerMap({ fields, ...shape }: InnerShape): VerifierMap {
  return { name: '', ...shape, hasBtf: fields !== null, ...(fields ? { fields } : {}) };
}

/** Whether a prog array belongs to programs of another kind (bpf_prog_map_compatible). */
function isForeign({ k, attr }: ProgLoad, map: MapObject): boolean {
  const owner = map.plain && map.owner;
  if (!owner) return false;
  const own = ownerOf(k, attributesOf(attr));
  return own.type !== owner.type || own.prototype !== owner.prototype;
}

/** Attributes that decide which programs may tail-call it. */
export const attributesOf = (attr: ProgLoad['attr']): Parameters<typeof ownerOf>[1] => ({
  type: attr.prog_type,
  attachBtfId: attr.attach_btf_id,
  expectedAttachType: attr.expected_attach_type,
});

function mapByFd(x: ProgLoad, fd: number): FdAnswer {
  const { k, pid } = x;
  const object = objectOf(k, pid, fd, 'map');
  if (object >= 0) {
    const map = entryOf(k.state.maps, object);
    return map.plain ? verifierMap(x, map) : 'other';
  }
  return objectOf(k, pid, fd, 'prog') >= 0 || objectOf(k, pid, fd, 'btf') >= 0 ? 'other' : null;
}

/**
 * Caches verdicts of programs without maps by everything that they depend on, because going back in time loads the same
 * programs again.
 */
const known = new WeakMap<Btf, Map<string, Verdict>>();

function programOf(x: ProgLoad): VerifierProgram {
  const { k, attr, insns } = x;
  const btf = btfOf(k, x.btf);
  return {
    insns,
    type: followedType(attr.prog_type) ?? '',
    attachBtfId: attr.attach_btf_id,
    expectedAttachType: attr.expected_attach_type,
    license: x.license,
    flags: attr.prog_flags,
    name: x.name,
    btf,
    funcInfo: btf ? funcInfoOf(functionTable(x)) : [],
    lineInfo: btf ? lineInfoOf(lineTable(x), btf) : [],
  };
}

function environmentOf(x: ProgLoad): VerifierEnvironment {
  const { k, attr } = x;
  return {
    facts: factsOf(k.profile.name),
    btf: k.whole?.() ?? k.btf,
    mapByFd: (fd) => mapByFd(x, fd),
    logLevel: attr.log_level,
    // without a buffer the log is only measured
    logSize: attr.log_buf === null ? UNBOUNDED : attr.log_size,
    writesStructs: x.type?.subsystem.writesStructs ?? false,
  };
}

/** Checks the program's functions, jumps and opcodes, for any program type. */
export const structureOf = (x: ProgLoad): ReturnType<typeof structureFault> =>
  structureFault(programOf(x), environmentOf(x));

/** Verifies every path of the program; null for a program type that is not supported here. */
export function verifyProgram(x: ProgLoad): Verdict | null {
  const { k, attr, insns } = x;
  if (followedType(attr.prog_type) === null) return null;
  const ask = (): Verdict => verify(programOf(x), environmentOf(x));
  if (x.refs.maps.length > 0) return ask();
  const { logLevel, logSize } = environmentOf(x);
  const key = [k.profile.name, contentKey(insns), x.btf === 0 ? '' : entryOf(k.state.btfs, x.btf).blob, x.license]
    .concat(
      [attr.prog_type, attr.attach_btf_id, attr.expected_attach_type, attr.prog_flags, logLevel, logSize].map(String),
    )
    .join(' ');
  const verdicts = known.get(k.btf) ?? new Map<string, Verdict>();
  known.set(k.btf, verdicts);
  const verdict = verdicts.get(key) ?? ask();
  verdicts.set(key, verdict);
  return verdict;
}
