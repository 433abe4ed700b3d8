/*
 * Completion at the cursor: fields after a struct's dot, functions after call, labels after goto, forms at the start.
 */
import { own } from '../engine/index.ts';
import type { languages } from 'monaco-editor/editor/editor.api';
import { type Btf, HELPERS, instructionDoc, INSTRUCTIONS } from '../engine/index.ts';
import { analyseLately, type Kernel, kernelSymbols } from './analysis.ts';
import { kfuncDoc } from './kfunc-docs.ts';
import { LANGUAGE } from './language.ts';
import { monaco } from './monaco.ts';

interface Item {
  readonly label: string;
  readonly kind: languages.CompletionItemKind;
  readonly detail?: string;
  readonly doc?: string;
  /** text with placeholders */
  readonly snippet?: string;
  /** text that typed letters are compared with; the label if left out */
  readonly filter?: string;
}

/** The context of the cursor. */
interface Place {
  readonly kernel: Kernel;
  readonly labels: readonly string[];
  readonly functions: readonly string[];
  /** kernel struct that the text implements */
  readonly struct: string;
  /** groups captured by the pattern */
  readonly caught: readonly string[];
}

const kinds = monaco.languages.CompletionItemKind;

const DIRECTIVES: readonly Item[] = [
  {
    label: '.struct_ops',
    kind: kinds.Keyword,
    snippet: '.struct_ops tcp_congestion_ops',
    detail: 'the kernel struct that the file implements',
  },
  { label: '.name', kind: kinds.Keyword, snippet: '.name "${1:bpf_mine}"', detail: 'the name that is registered' },
  { label: '.flags', kind: kinds.Keyword, snippet: '.flags ${1:0}', detail: 'tcp_congestion_ops.flags' },
  {
    label: '.license',
    kind: kinds.Keyword,
    snippet: '.license "GPL"',
    detail: 'GPL, for helpers and kernel functions that require it',
  },
  {
    label: '.section',
    kind: kinds.Keyword,
    snippet: '.section struct_ops/${1:ssthresh}',
    detail: 'binds the next function to a member',
  },
];

/** Placeholders of the instruction table, as snippet placeholders. */
const FORM_PLACES: Readonly<Record<string, string>> = {
  rd: 'r0',
  rs: 'r1',
  wd: 'w0',
  ws: 'w1',
  imm: '0',
  mem: '(r1 + 0)',
  at: 'r1 + 0',
  to: 'done',
  wide: '0',
  plus: '',
  fd: '',
  spaces: '0, 1',
};

function form(pseudo: string): { label: string; snippet: string } {
  let place = 0;
  const text = (name: string): string => own(FORM_PLACES, name) ?? name;
  return {
    label: pseudo.replace(/\{(\w+)\}/g, (_, name: string) => text(name)),
    snippet: pseudo.replace(/\{(\w+)\}/g, (_, name: string) =>
      text(name) === '' ? '' : `\${${++place}:${text(name)}}`,
    ),
  };
}

const FORMS: readonly Item[] = [
  ...new Map(
    INSTRUCTIONS.filter(({ name }) => name !== 'call').map((spec): [string, Item] => {
      const { label, snippet } = form(spec.pseudo);
      // Offered only while the first word is typed. A list that is still open when a number begins stays as it is, and
      // Enter would replace `r0 >>= 2` by `r0 >>= 0`.
      const [filter] = label.split(' ', 1);
      return [label, { label, snippet, filter, kind: kinds.Snippet, doc: instructionDoc(spec) }];
    }),
  ).values(),
  {
    label: 'call',
    snippet: 'call ',
    kind: kinds.Keyword,
    doc: 'Calls a kernel function, a helper or a function of this file.',
  },
];

function membersOf(btf: Btf, struct: string, path: string): readonly Item[] {
  const type = btf.type(btf.skipModifiers(btf.field(struct, path)?.type ?? 0));
  return (type?.members ?? []).map((member) => ({
    label: member.name,
    kind: kinds.Field,
    detail: btf.declare(member.type),
  }));
}

function fieldItems({ kernel, caught: [owner = '', path = ''] }: Place): readonly Item[] {
  const { btf, symbols } = kernel;
  const inner = path.replace(/\.?[^.]*$/, '');
  if (inner !== '') return membersOf(btf, owner, inner);
  const fields = symbols.fields(owner).map((label): Item => {
    const field = btf.field(owner, label);
    return { label, kind: kinds.Field, detail: field ? `${btf.declare(field.type)}, at ${field.byteOffset}` : '' };
  });
  const enumerators = symbols.enumerators(owner).map(
    (label): Item => ({
      label,
      kind: kinds.EnumMember,
      detail: String(symbols.enumerator(owner, label)),
    }),
  );
  return [...fields, ...enumerators];
}

const callItems = ({ kernel: { symbols }, functions }: Place): readonly Item[] => [
  ...functions.map((label): Item => ({ label, kind: kinds.Function, detail: 'in this file' })),
  ...symbols.kfuncs().map(
    (label): Item => ({
      label,
      kind: kinds.Function,
      detail: symbols.kfunc(label)?.prototype,
      doc: kfuncDoc(label) ?? 'A function of the kernel.',
    }),
  ),
  ...HELPERS.filter(({ tcp }) => tcp).map(
    ({ name, prototype, doc }): Item => ({
      label: name,
      kind: kinds.Method,
      detail: prototype,
      doc,
    }),
  ),
];

const REGISTERS: readonly Item[] = ['r', 'w'].flatMap((letter) =>
  Array.from({ length: 11 }, (_, n) => ({
    label: `${letter}${n}`,
    kind: kinds.Variable,
    detail: letter === 'r' ? 'register' : `low half of r${n}`,
  })),
);

const nameItems = ({ kernel: { symbols } }: Place): readonly Item[] => [
  ...REGISTERS,
  ...['tcp_sock', 'inet_connection_sock', 'sock'].map(
    (label): Item => ({ label, kind: kinds.Struct, detail: 'struct' }),
  ),
  ...symbols.structs().map((label): Item => ({ label, kind: kinds.Struct, detail: 'struct' })),
  ...symbols.enums().map((label): Item => ({ label, kind: kinds.Enum, detail: 'enum' })),
];

/** Prefix of the value struct of a struct_ops type. */
const VALUE_PREFIX = 'bpf_struct_ops_';

/** Rules: the first pattern that matches the end of the line before the cursor decides what is offered. */
const RULES: readonly { readonly ends: RegExp; readonly items: (place: Place) => readonly Item[] }[] = [
  { ends: /[;#]|\/\//, items: () => [] },
  {
    ends: /^\s*\.section\s+struct_ops\/(\w*)$/,
    items: ({ kernel: { symbols }, struct }) =>
      symbols
        .members(struct)
        .filter(({ isFunction }) => isFunction)
        .map(({ name, prototype }) => ({ label: name, kind: kinds.Method, detail: prototype })),
  },
  { ends: /^\s*\.[\w]*$/, items: () => DIRECTIVES },
  {
    ends: /^\s*\.struct_ops(?:\.link)?\s+\w*$/,
    items: ({ kernel: { symbols } }) =>
      symbols
        .structs()
        .filter((name) => name.startsWith(VALUE_PREFIX) && !name.endsWith('_common_value'))
        .map((name) => ({ label: name.slice(VALUE_PREFIX.length), kind: kinds.Struct, detail: 'struct_ops type' })),
  },
  { ends: /^\s*\.\w+\s/, items: () => [] },
  { ends: /([A-Za-z_]\w*)\.([\w.[\]]*)$/, items: fieldItems },
  { ends: /\bcall\s+\w*$/, items: callItems },
  {
    ends: /\b(?:may_)?gotol?\s+\w*$/,
    items: ({ labels }) => labels.map((label) => ({ label, kind: kinds.Reference })),
  },
  { ends: /^\s*\w*$/, items: () => [...FORMS, ...REGISTERS] },
  { ends: /[+\s(=<>&|]\w*$/, items: nameItems },
];

const provider: languages.CompletionItemProvider = {
  triggerCharacters: ['.', '/'],
  async provideCompletionItems(model, position) {
    const kernel = await kernelSymbols();
    if (!kernel) return null;
    const before = model.getLineContent(position.lineNumber).slice(0, position.column - 1);
    const rule = RULES.find(({ ends }) => ends.test(before));
    const { references, structOps } = analyseLately(model, kernel.symbols).value;
    const named = (kind: string): string[] => [
      ...new Set(references.flatMap((one) => (one.kind === kind && 'name' in one ? [one.name] : []))),
    ];
    const place: Place = {
      kernel,
      labels: named('label'),
      functions: named('function'),
      struct: structOps?.type ?? 'tcp_congestion_ops',
      caught: rule?.ends.exec(before)?.slice(1) ?? [],
    };
    const typed = /[.]?\w*$/.exec(before)?.[0] ?? '';
    const isDirective = /^\s*\.\w*$/.test(before);
    const start = position.column - (isDirective ? typed.length : typed.replace('.', '').length);
    const range = new monaco.Range(position.lineNumber, start, position.lineNumber, position.column);
    return { suggestions: (rule?.items(place) ?? []).map((item, i) => suggestion(item, i, range)) };
  },
};

function suggestion(item: Item, i: number, range: languages.CompletionItem['range']): languages.CompletionItem {
  const { label, kind, detail, doc, snippet, filter } = item;
  // a text without placeholders is no snippet, so that Enter after a finished `exit` ends the line
  const hasPlaces = snippet?.includes('${') === true;
  return {
    label,
    kind,
    detail,
    documentation: doc,
    insertText: snippet ?? label,
    filterText: filter,
    insertTextRules: hasPlaces ? monaco.languages.CompletionItemInsertTextRule.InsertAsSnippet : undefined,
    sortText: String(i).padStart(5, '0'),
    range,
  };
}

export const registerCompletion = (): void => {
  monaco.languages.registerCompletionItemProvider(LANGUAGE, provider);
};
