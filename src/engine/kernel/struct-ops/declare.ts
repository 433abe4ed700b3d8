/*
 * struct_ops types that a text declares: each struct with function pointers becomes one, with the value struct around
 * it that the kernel's macro would make, unless the text has one of its own. The rules are those of registering a type
 * (bpf_struct_ops_desc_init).
 */
import type { Diagnostic, Parsed, TextRange } from '../../base/result.ts';
import type { Btf, BtfType } from '../../btf/btf.ts';
import { type DeclaredStruct, parseDeclarations } from '../../btf/c-parse.ts';
import { openSplitBtf } from '../../btf/read.ts';
import { MAX_ARGS } from './func-model.ts';
import { VALUE_PREFIX } from './types.ts';

export interface DeclaredTypes {
  /** the kernel's BTF with the new types after its own; null when the text has errors */
  readonly btf: Btf | null;
  /** names of the struct_ops types, in the order of the text */
  readonly names: readonly string[];
  /** the text, including the generated value structs */
  readonly text: string;
}

/** BPF_STRUCT_OPS_MAX_NR_MEMBERS */
const MAX_MEMBERS = 64;
const MAX_NAME = 128;
const MAX_RETURN = 8;

/** C text of a type's value struct, as this kernel's macro would make it. */
export function valueStructText(name: string, btf: Btf): string {
  const head =
    btf.find('STRUCT', 'bpf_struct_ops_common_value') === 0
      ? '\trefcount_t refcnt;\n\tenum bpf_struct_ops_state state;\n'
      : '\tstruct bpf_struct_ops_common_value common;\n';
  return `struct ${VALUE_PREFIX}${name} {\n${head}\tstruct ${name} data ____cacheline_aligned_in_smp;\n};\n`;
}

export function declareStructOps(text: string, kernel: Btf): Parsed<DeclaredTypes> {
  const own = parseDeclarations(text, kernel);
  const nothing = (diagnostics: readonly Diagnostic[]) => ({ value: { btf: null, names: [], text }, diagnostics });
  if (own.diagnostics.length > 0) return nothing(own.diagnostics);
  const first = openSplitBtf(own.value.bytes, kernel);
  if (!first.ok) return nothing([problem('D0201', first.error.message, NOWHERE)]);
  const types = own.value.structs.filter(({ name, id }) => isStructOps(first.value, name, id));
  if (types.length === 0) {
    return nothing([
      problem('D0202', 'no struct of this text has a function pointer: there is nothing to implement', NOWHERE),
    ]);
  }
  const taken = types.filter(({ name }) => kernel.find('STRUCT', name) !== 0);
  if (taken.length > 0) {
    return nothing(taken.map(({ name, range }) => problem('D0213', `the kernel has a struct ${name} already`, range)));
  }
  const missing = types.filter(({ name }) => first.value.find('STRUCT', VALUE_PREFIX + name) === 0);
  const whole = [text.trimEnd(), ...missing.map(({ name }) => valueStructText(name, kernel))].join('\n\n');
  const all = parseDeclarations(whole, kernel);
  const btf = openSplitBtf(all.value.bytes, kernel);
  if (all.diagnostics.length > 0 || !btf.ok) return nothing(all.diagnostics);
  const diagnostics = types.flatMap((type) => check(btf.value, type));
  const failed = diagnostics.some(({ severity }) => severity === 'error');
  const names = types.map(({ name }) => name);
  return { value: { btf: failed ? null : btf.value, names, text: whole }, diagnostics };
}

const NOWHERE: TextRange = { line: 0, column: 0, endLine: 0, endColumn: 0 };

const problem = (
  code: string,
  message: string,
  range: TextRange,
  severity: Diagnostic['severity'] = 'error',
): Diagnostic => ({ severity, code, message, range });

function isStructOps(btf: Btf, name: string, id: number): boolean {
  return (
    !name.startsWith(VALUE_PREFIX) && (btf.type(id)?.members ?? []).some(({ type }) => protoOf(btf, type) !== null)
  );
}

/** FUNC_PROTO that a member points at. */
function protoOf(btf: Btf, id: number): BtfType | null {
  const pointer = btf.type(btf.skipModifiers(id));
  const target = pointer?.kind === 'PTR' ? btf.type(btf.skipModifiers(pointer.type)) : null;
  return target?.kind === 'FUNC_PROTO' ? target : null;
}

function check(btf: Btf, { name, id, range }: DeclaredStruct): Diagnostic[] {
  const found: Diagnostic[] = [];
  const say = (code: string, message: string, severity?: Diagnostic['severity']): void => {
    found.push(problem(code, message, range, severity));
  };
  const struct = btf.type(id);
  if (VALUE_PREFIX.length + name.length >= MAX_NAME) say('D0203', `struct_ops name ${name} is too long`);
  if (!struct) return found;
  if (struct.members.length > MAX_MEMBERS) {
    say('D0204', `Cannot support #${struct.members.length} members in struct ${name}`);
  }
  for (const member of struct.members) {
    if (member.name === '') say('D0205', `anon member in ${name} is not supported`);
    if (member.bitSize > 0) say('D0206', `bit field member ${member.name} in struct ${name} is not supported`);
    const proto = protoOf(btf, member.type);
    if (proto) checkMember(btf, name, member.name, proto, say);
  }
  checkValue(btf, name, id, say);
  return found;
}

type Say = (code: string, message: string, severity?: Diagnostic['severity']) => void;

function checkMember(btf: Btf, struct: string, member: string, proto: BtfType, say: Say): void {
  const returned = btf.type(btf.skipModifiers(proto.type));
  if (returned?.kind === 'STRUCT' || returned?.kind === 'UNION' || btf.sizeOf(proto.type) > MAX_RETURN) {
    say('D0207', `Error in parsing func ptr ${member} in struct ${struct}: what it returns does not fit a register`);
  }
  if (proto.params.at(-1)?.type === 0) {
    say('D0212', `Error in parsing func ptr ${member} in struct ${struct}: it takes a variable number of arguments`);
  }
  if (proto.params.length > MAX_ARGS) {
    say(
      'D0208',
      `Error in parsing func ptr ${member} in struct ${struct}: it takes ${proto.params.length} arguments, of ${MAX_ARGS} at most`,
    );
  }
}

function checkValue(btf: Btf, name: string, id: number, say: Say): void {
  const valueName = VALUE_PREFIX + name;
  const value = btf.type(btf.find('STRUCT', valueName));
  const has = (path: string): boolean => btf.field(valueName, path) !== null;
  if (btf.field(valueName, 'data')?.type !== id)
    say('D0209', `struct ${valueName} has no member data of struct ${name}`);
  if (!has('common.state') && !has('state')) say('D0210', `struct ${valueName} has no state`);
  if (!has('common.refcnt') && !has('refcnt')) say('D0210', `struct ${valueName} has no refcnt`);
  const usual = has('common') ? 2 : 3;
  if (value && value.members.length > usual) {
    const text = `struct ${valueName} has members of its own. Linux since 6.9 takes none but common and data; here they can be tried`;
    say('D0211', text, 'warning');
  }
}
