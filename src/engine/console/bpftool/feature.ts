/* bpftool feature probe (feature.c): the kinds of programs, maps and helpers that this machine has, in its sections. */
import { HELPER_NAMES } from '../../isa/helper-names.ts';
import { MAP_TYPE_NAMES } from '../../kernel/maps/type-names.ts';
import { MAP_TYPES } from '../../kernel/maps/types.ts';
import type { Profile } from '../../kernel/profiles.ts';
import { factsOf, followedType } from '../../verifier/index.ts';
import { hasHelper } from '../../verifier/protos/helpers.ts';
import { PROG_TYPE_NAMES } from '../prog-types.ts';
import type { Bpftool } from './context.ts';

type Rows = readonly (readonly [name: string, has: boolean])[];

interface Section {
  /** JSON key of the section, and its heading */
  readonly key: string;
  readonly title: string;
  readonly rows: Rows;
  readonly line: (name: string) => string;
  readonly jsonName: (name: string) => string;
}

const same = (name: string): string => name;

function sections({ types }: { readonly types: readonly { readonly name: string }[] }): Section[] {
  const programs = PROG_TYPE_NAMES.map((name, type) => [name, followedType(type) !== null] as const).slice(1);
  const maps = [...MAP_TYPE_NAMES].map(([n, name]) => [name, MAP_TYPES.has(n) || name === 'struct_ops'] as const);
  return [
    {
      key: 'syscall_config',
      title: 'Scanning system call availability...',
      rows: [['bpf_syscall', true]],
      line: () => 'bpf() syscall',
      jsonName: (name) => `have_${name}`,
    },
    {
      key: 'program_types',
      title: 'Scanning eBPF program types...',
      rows: programs,
      line: (name) => `eBPF program_type ${name}`,
      jsonName: (name) => `have_${name}_prog_type`,
    },
    {
      key: 'map_types',
      title: 'Scanning eBPF map types...',
      rows: maps,
      line: (name) => `eBPF map_type ${name}`,
      jsonName: (name) => `have_${name}_map_type`,
    },
    {
      key: 'struct_ops_types',
      title: 'Scanning types of struct_ops...',
      rows: types.map(({ name }) => [name, true] as const),
      line: (name) => `struct_ops ${name}`,
      jsonName: (name) => `have_${name}`,
    },
    {
      key: 'misc',
      title: 'Scanning miscellaneous eBPF features...',
      rows: [
        ['large_insn_limit', true],
        ['bounded_loops', true],
      ],
      line: (name) => (name === 'bounded_loops' ? 'Bounded loop support' : 'Large program size limit'),
      jsonName: same,
    },
  ];
}

/** Helpers that a struct_ops program may call, taken from those of congestion controls. */
function helpersOf(profile: Profile): readonly string[] {
  const caller = { type: 'struct_ops', struct: 'tcp_congestion_ops', member: '' };
  const facts = factsOf(profile.name);
  return HELPER_NAMES.filter((_, id) => id > 0 && hasHelper(id, caller, facts));
}

function tell(tool: Bpftool, { key, title, rows, line, jsonName }: Section): void {
  const { json } = tool;
  if (json) {
    json.name(key);
    json.startObject();
    for (const [name, has] of rows) json.field(jsonName(name), has);
    json.endObject();
    return;
  }
  tool.out(`${title}\n`);
  for (const [name, has] of rows) tool.out(`${line(name)} is ${has ? '' : 'NOT '}available\n`);
  tool.out('\n');
}

function tellHelpers(tool: Bpftool, helpers: readonly string[]): void {
  const { json } = tool;
  if (json) {
    json.name('helpers');
    json.startObject();
    json.list(
      'struct_ops_available_helpers',
      helpers.map((name) => JSON.stringify(name)),
    );
    json.endObject();
    return;
  }
  tool.out('Scanning eBPF helper functions...\neBPF helpers supported for program type struct_ops:\n');
  for (const name of helpers) tool.out(`\t- ${name}\n`);
  tool.out('\n');
}

function probe(tool: Bpftool): number {
  const { profile, kernel } = tool.process.host;
  const all = sections(kernel);
  tool.json?.startObject();
  for (const section of all.slice(0, -1)) tell(tool, section);
  tellHelpers(tool, helpersOf(profile));
  for (const section of all.slice(-1)) tell(tool, section);
  tool.json?.endObject();
  return 0;
}

export const FEATURE_VERBS: Readonly<Record<string, (tool: Bpftool) => number>> = {
  probe: (tool) => {
    if (tool.left > 0 && !tool.is('kernel'))
      return tool.fail(`expected no more arguments or 'kernel', got: '${tool.peek()}'?`);
    return probe(tool);
  },
};
