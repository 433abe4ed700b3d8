/* Reads lines that begin with a dot: the struct that the file implements, and sections. */
import { CODES, type Problems } from './problems.ts';
import { nearest } from './nearest.ts';
import type { Extern, Reference } from '../object.ts';
import type { SymbolSource } from '../symbols.ts';
import { rangeOf, type Token } from './source.ts';
import type { TextRange } from '../../base/result.ts';

export interface Section {
  readonly name: string;
  /** member that the section's function implements, for `struct_ops/MEMBER` */
  readonly member: string | null;
  readonly range: TextRange;
  /** number of instruction lines before it */
  readonly from: number;
  /** its labels name data, as in compilers' output */
  holdsData: boolean;
}

export interface Header {
  type: string | null;
  link: boolean;
  typeRange: TextRange | null;
  name: string | null;
  flags: number;
  license: string;
  readonly sections: Section[];
  readonly externs: Extern[];
  /** labels that other objects may call */
  readonly globals: Set<string>;
}

export const emptyHeader = (): Header => ({
  type: null,
  link: false,
  typeRange: null,
  name: null,
  flags: 0,
  license: 'GPL',
  sections: [],
  externs: [],
  globals: new Set(),
});

interface Argument {
  readonly text: string;
  readonly range: TextRange;
}

interface Scene {
  readonly header: Header;
  readonly symbols: SymbolSource;
  readonly problems: Problems;
  readonly references: Reference[];
  /** instruction lines so far */
  readonly lines: number;
}

interface Directive {
  readonly usage: string;
  readonly run: (argument: Argument, scene: Scene) => void;
}

const MAX_NAME = 15;

const DIRECTIVES: ReadonlyMap<string, Directive> = new Map([
  ['.struct_ops', { usage: '.struct_ops tcp_congestion_ops', run: setType }],
  ['.struct_ops.link', { usage: '.struct_ops.link tcp_congestion_ops', run: setLinkType }],
  ['.name', { usage: '.name "bpf_reno"', run: setName }],
  ['.flags', { usage: '.flags 0', run: setFlags }],
  ['.license', { usage: '.license "GPL"', run: ({ text }, { header }) => void (header.license = text) }],
  ['.globl', { usage: '.globl clamp_window', run: addGlobal }],
  ['.extern', { usage: '.extern clamp_window', run: addExtern }],
  ['.section', { usage: '.section struct_ops/ssthresh', run: openSection }],
]);

/** Directives of compilers' output that are ignored here. */
const IGNORED = new Set([
  '.global',
  '.type',
  '.size',
  '.p2align',
  '.align',
  '.file',
  '.ident',
  '.addrsig',
  '.addrsig_sym',
  '.loc',
  '.weak',
  '.hidden',
  '.local',
  '.set',
]);
const UNWINDING = /^\.cfi_/;

/** Sections without code (constants, debug information); only the licence is read from them. */
const DATA = new Set([
  '.byte',
  '.short',
  '.2byte',
  '.long',
  '.4byte',
  '.quad',
  '.8byte',
  '.ascii',
  '.asciz',
  '.string',
  '.zero',
  '.uleb128',
  '.sleb128',
]);
const LICENSE_SECTION = 'license';
const DEBUG = /^\.debug_/;

export function isDirective(token: Token): boolean {
  return token.text.startsWith('.');
}

export function readDirective(first: Token, code: string, scene: Scene): void {
  const { problems } = scene;
  if (IGNORED.has(first.text) || UNWINDING.test(first.text)) return;
  if (DATA.has(first.text)) return readData(first, code, scene);
  if (first.text === '.text') return openSection({ text: '.text', range: first.range }, scene);
  const directive = DIRECTIVES.get(first.text);
  if (!directive)
    return problems.unknown(CODES.unknownDirective, first.range, 'directive', first.text, DIRECTIVES.keys());
  const [argument, extra] = argumentsOf(code, first);
  if (!argument) {
    return problems.report(
      CODES.directiveArguments,
      first.range,
      `\`${first.text}\` takes a value: \`${directive.usage}\`.`,
    );
  }
  // `.section NAME, "ax", @progbits` is how compilers write it
  if (extra && first.text !== '.section') {
    problems.report(
      CODES.directiveArguments,
      extra.range,
      `\`${first.text}\` takes one value: \`${directive.usage}\`.`,
    );
  }
  directive.run(argument, scene);
}

function readData(first: Token, code: string, { header }: Scene): void {
  const section = header.sections.at(-1);
  if (!section) return;
  section.holdsData = true;
  const [argument] = argumentsOf(code, first);
  if (section.name === LICENSE_SECTION && argument) header.license = argument.text;
}

function argumentsOf(code: string, first: Token): Argument[] {
  const from = first.range.endColumn;
  return [...code.slice(from).matchAll(/"([^"]*)"|[^\s,]+/g)].map((match) => ({
    text: match[1] ?? match[0],
    range: rangeOf(first.range.line, from + match.index, from + match.index + match[0].length),
  }));
}

function once(before: unknown, { range }: Argument, { problems }: Scene): void {
  if (before !== null)
    problems.report(CODES.directiveTwice, range, 'This directive appeared before; the last one counts.');
}

function setType(argument: Argument, scene: Scene): void {
  const { header, symbols, problems } = scene;
  once(header.type, argument, scene);
  header.type = argument.text;
  header.typeRange = argument.range;
  if (symbols.members(argument.text).length === 0) {
    problems.unknown(CODES.unknownStruct, argument.range, 'struct', argument.text, [
      'tcp_congestion_ops',
      ...symbols.structs(),
    ]);
  }
}

/** The same, in a map that a link registers. */
function setLinkType(argument: Argument, scene: Scene): void {
  setType(argument, scene);
  scene.header.link = true;
}

function setName(argument: Argument, scene: Scene): void {
  const { header, problems } = scene;
  once(header.name, argument, scene);
  header.name = argument.text;
  if (argument.text.length > MAX_NAME) {
    const quoted = `"${argument.text.slice(0, MAX_NAME)}"`;
    problems.report(
      CODES.nameLength,
      argument.range,
      `The name has ${argument.text.length} characters; the struct holds ${MAX_NAME}.`,
      {
        title: `Shorten to ${quoted}`,
        range: argument.range,
        text: quoted,
      },
    );
  }
}

function addGlobal(argument: Argument, scene: Scene): void {
  scene.header.globals.add(argument.text);
  refer(argument, scene);
}

function addExtern(argument: Argument, scene: Scene): void {
  scene.header.externs.push({ name: argument.text, line: argument.range.line });
  refer(argument, scene);
}

/** Renaming a function also renames it here. */
function refer({ text, range }: Argument, { references }: Scene): void {
  references.push({ kind: 'function', name: text, definition: false, range });
}

function setFlags({ text, range }: Argument, { header, problems }: Scene): void {
  const value = /^(0[xX][0-9a-fA-F]{1,8}|\d{1,10})$/.test(text) ? Number(text) : Number.NaN;
  if (value <= 0xffffffff) header.flags = value;
  else problems.report(CODES.badNumber, range, `\`${text}\` is not a number of 32 bits.`);
}

function openSection(argument: Argument, scene: Scene): void {
  const { header, references, lines } = scene;
  const member = /^struct_ops(?:\.s)?\/(.+)$/.exec(argument.text)?.[1] ?? null;
  header.sections.push({
    name: argument.text,
    member,
    range: argument.range,
    from: lines,
    holdsData: DEBUG.test(argument.text),
  });
  if (member !== null && header.type !== null) {
    references.push({ kind: 'member', struct: header.type, name: member, range: memberRange(argument, member) });
  }
}

const memberRange = ({ range, text }: Argument, member: string): TextRange => {
  // a quoted name ends one column before its argument does
  const quote = range.endColumn - range.column - text.length > 0 ? 1 : 0;
  return { ...range, column: range.endColumn - quote - member.length, endColumn: range.endColumn - quote };
};

/** Checks that need the whole file. */
export function checkHeader(header: Header, symbols: SymbolSource, problems: Problems): void {
  const members = header.sections.filter(({ member }) => member !== null);
  if (header.type === null) {
    const [first] = members;
    if (first) {
      problems.report(
        CODES.noStructOps,
        first.range,
        'Which struct is this a member of? Name it at the top: `.struct_ops tcp_congestion_ops`.',
        {
          title: 'Insert .struct_ops tcp_congestion_ops',
          range: rangeOf(0, 0, 0),
          text: '.struct_ops tcp_congestion_ops\n',
        },
      );
    }
    return;
  }
  if (header.name === null && header.typeRange) {
    problems.report(
      CODES.noName,
      header.typeRange,
      'There is no `.name`: the struct has an empty one, which the kernel refuses for a congestion control.',
    );
  }
  checkMembers(header.type, members, symbols, problems);
}

function checkMembers(type: string, sections: readonly Section[], symbols: SymbolSource, problems: Problems): void {
  const known = symbols.members(type);
  if (known.length === 0) return;
  const functions = known.filter(({ isFunction }) => isFunction).map(({ name }) => name);
  const seen = new Set<string>();
  for (const { name, member, range } of sections) {
    if (member === null) continue;
    const found = known.find((m) => m.name === member);
    if (!found) {
      const near = nearest(member, functions);
      const text = `${name.slice(0, -member.length)}${near}`;
      problems.report(
        CODES.unknownMember,
        range,
        `struct ${type} has no member \`${member}\`.${near === null ? '' : ` Did you mean \`${near}\`?`}`,
        near === null ? undefined : { title: `Change to ${text}`, range, text },
      );
    } else if (!found.isFunction) {
      problems.report(CODES.notFunctionMember, range, `\`${member}\` of struct ${type} is no function.`);
    } else if (seen.has(member)) {
      problems.report(CODES.memberTwice, range, `\`${member}\` is already implemented.`);
    }
    seen.add(member);
  }
}
