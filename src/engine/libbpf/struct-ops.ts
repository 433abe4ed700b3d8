/*
 * struct_ops maps: variables in `.struct_ops` and its relatives. At opening their bytes and programs are collected;
 * when loading, each is matched by member names with the kernel's struct (bpf_map__init_kern_struct_ops).
 */
import type { Result } from '../base/result.ts';
import { ok } from '../base/result.ts';
import { BTF_KIND, type Btf, type BtfMember, type BtfType } from '../btf/btf.ts';
import { type ElfObject, type ElfRelocation, type ElfSection, SECTION_INDEX } from '../elf/elf.ts';
import { SLOT_BYTES } from '../isa/opcodes.ts';
import { MAP_FLAG, MAP_TYPE_STRUCT_OPS, PROG_TYPE_STRUCT_OPS } from '../kernel/uapi.ts';
import { essentialName, plainType } from './core-compat.ts';
import { type Log, refuse, unreadable } from './log.ts';
import { EMPTY_DEFINITION, PLAIN } from './map-definition.ts';
import { type KernelStructOps, type ObjectMap, type ObjectProgram, programAt } from './object.ts';
import { isOptional, isStructOps } from './sections.ts';

export function structOpsMaps(elf: ElfObject, btf: Btf, log: Log): Result<ObjectMap[]> {
  const maps: ObjectMap[] = [];
  for (const section of elf.sections) {
    if (!isStructOps(section) || section.size === 0) continue;
    const datasec = btf.type(btf.find('DATASEC', section.name));
    if (!datasec) {
      return unreadable(log, `struct_ops init: DATASEC ${section.name} not found`, section.offset);
    }
    for (const { type, offset } of datasec.variables) {
      const map = structOpsMap({ section, btf, log }, type, offset);
      if (!map.ok) return map;
      maps.push(map.value);
    }
  }
  return ok(maps);
}

interface Place {
  readonly section: ElfSection;
  readonly btf: Btf;
  readonly log: Log;
}

function structOpsMap({ section, btf, log }: Place, variableId: number, offset: number): Result<ObjectMap> {
  const variable = btf.type(variableId);
  const place = section.offset + Math.min(offset, section.size);
  const refused = (text: string): Result<ObjectMap> => unreadable(log, `struct_ops init: ${text}`, place);
  const type = variable?.kind === 'VAR' ? plainType(btf, variable.type).type : null;
  if (!variable || !type) return refused(`Cannot resolve var type_id ${variableId} in DATASEC ${section.name}`);
  if (type.name === '') return refused('anonymous type is not supported');
  if (type.kind !== 'STRUCT') return refused(`${type.name} is not a struct`);
  const end = offset + type.size;
  if (end > section.data.length) return refused(`var ${variable.name} is beyond the end of DATASEC ${section.name}`);
  log('debug', `struct_ops init: struct ${type.name}(type_id=${type.id}) ${variable.name} found at offset ${offset}`);
  return ok({
    ...EMPTY_DEFINITION,
    ...PLAIN,
    kind: 'struct_ops',
    name: variable.name,
    section: section.index,
    offset,
    type: MAP_TYPE_STRUCT_OPS,
    keySize: 4,
    valueSize: type.size,
    maxEntries: 1,
    flags: section.name.endsWith('.link') ? MAP_FLAG.LINK : 0,
    data: section.data.slice(offset, end),
    readOnly: false,
    structOps: { type: type.id, declared: new Map(), programs: new Map(), kernel: null },
    autocreate: !isOptional(section.name),
  });
}

/** Links a member to its program: bpf_object__collect_st_ops_relos for one relocation. */
export function linkMember(
  relocation: ElfRelocation,
  section: ElfSection,
  object: { readonly btf: Btf; readonly maps: readonly ObjectMap[]; readonly programs: readonly ObjectProgram[] },
  log: Log,
): Result<null> {
  const { offset, symbol } = relocation;
  const at = section.offset + offset;
  const map = object.maps.find(
    (m) => m.section === section.index && offset >= m.offset && offset < m.offset + (m.data?.length ?? 0),
  );
  if (!map?.structOps) return unreadable(log, `struct_ops reloc: cannot find map at rel->r_offset ${offset}`, at);
  const refused = (text: string): Result<null> => unreadable(log, `struct_ops reloc ${map.name}: ${text}`, at);
  const what = `for ${symbol.index} value ${symbol.value} shdr_idx ${symbol.section} rel->r_offset ${offset}`;
  log('debug', `struct_ops reloc ${map.name}: ${what} map->sec_offset ${map.offset} ('${symbol.name}')`);
  if (symbol.section === SECTION_INDEX.UNDEF || symbol.section >= SECTION_INDEX.LORESERVE) {
    return refused(`rel->r_offset ${offset} shdr_idx ${symbol.section} unsupported non-static function`);
  }
  if (symbol.value % SLOT_BYTES !== 0) return refused(`invalid target program offset ${symbol.value}`);
  const moff = offset - map.offset;
  const members = object.btf.type(map.structOps.type)?.members ?? [];
  const index = members.findIndex(({ bitOffset }) => bitOffset === moff * 8);
  const member = members[index];
  if (!member) return refused(`cannot find member at moff ${moff}`);
  const { name, type } = member;
  if (pointee(object.btf, type)?.kind !== 'FUNC_PROTO') return refused(`cannot relocate non func ptr ${name}`);
  const program = programAt(object.programs, symbol.section, symbol.value / SLOT_BYTES);
  if (!program || program.sectionSlot !== symbol.value / SLOT_BYTES) {
    return refused(`cannot find prog at shdr_idx ${symbol.section} to relocate func ptr ${name}`);
  }
  if (program.type !== PROG_TYPE_STRUCT_OPS) return refused(`prog ${program.name} is not struct_ops BPF program`);
  map.structOps.declared.set(index, program);
  map.structOps.programs.set(index, program);
  return ok(null);
}

function pointee(btf: Btf, id: number): BtfType | null {
  const pointer = plainType(btf, id).type;
  return pointer?.kind === 'PTR' ? plainType(btf, pointer.type).type : null;
}

interface Matching {
  readonly log: Log;
  readonly map: ObjectMap;
  readonly data: Uint8Array;
  readonly local: Btf;
  readonly kernel: Btf;
  readonly type: BtfType;
  /** offset of the struct in the value */
  readonly base: number;
  readonly value: Uint8Array;
  readonly slots: KernelStructOps['slots'][number][];
}

/** Matches a map's struct with the kernel's: 0, or a negative errno after logging the reason. */
export function matchKernelStruct(map: ObjectMap, local: Btf, kernel: Btf, log: Log): number {
  const { structOps, data } = map;
  const own = structOps && local.type(structOps.type);
  if (!structOps || !data || !own) return 0;
  const name = essentialName(own.name);
  const type = kernel.type(kernel.find('STRUCT', name));
  if (!type || type.id === 0) {
    return refuse(log, 'ESRCH', `struct_ops init_kern: struct ${name} is not found in kernel BTF`);
  }
  const valueName = `bpf_struct_ops_${name}`;
  const valueType = kernel.type(kernel.find('STRUCT', valueName));
  if (!valueType || valueType.id === 0) {
    return refuse(log, 'ENOENT', `struct_ops init_kern: struct ${valueName} is not found in kernel BTF`);
  }
  const holder = valueType.members.find((member) => member.type === type.id);
  if (!holder) {
    return refuse(log, 'EINVAL', `struct_ops init_kern: struct ${name} data is not found in struct ${valueName}`);
  }
  const ids = `type_id:${own.id} kern_type_id:${type.id} kern_vtype_id:${valueType.id}`;
  log('debug', `struct_ops init_kern ${map.name}: ${ids}`);
  const value = new Uint8Array(valueType.size);
  const matching: Matching = {
    log,
    map,
    data,
    local,
    kernel,
    type,
    base: holder.bitOffset / 8,
    value,
    slots: [],
  };
  for (const [index, member] of own.members.entries()) {
    const program = structOps.programs.get(index) ?? null;
    const declared = structOps.declared.get(index);
    // the member was cleared or changed before loading, so its declared program is loaded only if another member uses
    // it
    if (declared && declared !== program) declared.autoload = false;
    const errno = matchMember(matching, member, program);
    if (errno !== 0) return errno;
  }
  map.valueSize = valueType.size;
  structOps.kernel = { typeId: type.id, valueTypeId: valueType.id, value, slots: matching.slots };
  return 0;
}

function matchMember(m: Matching, member: BtfMember, program: ObjectProgram | null): number {
  const { log, map, data, local, kernel } = m;
  const head = `struct_ops init_kern ${map.name}: `;
  const size = local.sizeOf(member.type);
  if (size < 0) return refuse(log, 'EINVAL', `${head}failed to resolve the size of member ${member.name}`);
  const from = member.bitOffset / 8;
  const isZero = program === null && data.subarray(from, from + size).every((byte) => byte === 0);
  const index = m.type.members.findIndex(({ name }) => name === member.name);
  const theirs = m.type.members[index];
  if (!theirs) {
    if (!isZero) return refuse(log, 'EOPNOTSUPP', `${head}Cannot find member ${member.name} in kernel BTF`);
    const skipping = `member ${member.name} not found in kernel, skipping it as it's set to zero`;
    log('info', `struct_ops ${map.name}: ${skipping}`);
    return 0;
  }
  if (member.bitSize > 0 || theirs.bitSize > 0) {
    return refuse(log, 'EOPNOTSUPP', `${head}bitfield ${member.name} is not supported`);
  }
  const own = plainType(local, member.type).type;
  const type = plainType(kernel, theirs.type).type;
  if (own?.kind !== type?.kind) {
    const kinds = `${kindNumber(own)} != ${kindNumber(type)}(kernel)`;
    return refuse(log, 'EOPNOTSUPP', `${head}Unmatched member type ${member.name} ${kinds}`);
  }
  const to = m.base + theirs.bitOffset / 8;
  if (own?.kind === 'PTR')
    return matchPointer(m, { name: member.name, index, from, to, type: theirs.type, isZero }, program);
  const kernelSize = kernel.sizeOf(theirs.type);
  if (kernelSize !== size) {
    return refuse(log, 'EOPNOTSUPP', `${head}Error in size of member ${member.name}: ${size} != ${kernelSize}(kernel)`);
  }
  const offsets = `data(+${from}) to kern_data(+${to - m.base})`;
  log('debug', `${head}copy ${member.name} ${size} bytes from ${offsets}`);
  m.value.set(data.subarray(from, from + size), to);
  return 0;
}

const kindNumber = (type: BtfType | null): number => (type ? BTF_KIND[type.kind] : 0);

interface Pointer {
  readonly name: string;
  /** member index in the kernel's struct */
  readonly index: number;
  readonly from: number;
  readonly to: number;
  readonly type: number;
  readonly isZero: boolean;
}

function matchPointer(m: Matching, pointer: Pointer, program: ObjectProgram | null): number {
  const { log, map, kernel } = m;
  const { name, index, from, to } = pointer;
  const head = `struct_ops init_kern ${map.name}: `;
  if (pointer.isZero) return 0;
  if (program === null) return refuse(log, 'EOPNOTSUPP', `${head}member ${name} is not a struct_ops program`);
  if (pointee(kernel, pointer.type)?.kind !== 'FUNC_PROTO') {
    return refuse(log, 'EOPNOTSUPP', `${head}kernel member ${name} is not a func ptr`);
  }
  const attach = (program.attach ??= { typeId: m.type.id, member: index });
  const reused = `${head}invalid reuse of prog ${program.name} in sec ${program.sectionName} with type ${program.type}: `;
  if (attach.typeId !== m.type.id) {
    return refuse(log, 'EINVAL', `${reused}attach_btf_id ${attach.typeId} != kern_type_id ${m.type.id}`);
  }
  if (attach.member !== index) {
    return refuse(log, 'EINVAL', `${reused}expected_attach_type ${attach.member} != kern_member_idx ${index}`);
  }
  m.slots.push({ offset: to, member: name, program });
  const offsets = `data(+${from}) to kern_data(+${to - m.base})`;
  log('debug', `${head}func ptr ${name} is set to prog ${program.name} from ${offsets}`);
  return 0;
}
