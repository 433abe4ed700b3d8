/* What a word of the text is: an instruction, a register and its value, a field and its live value, a function. */
import type { IRange, languages } from 'monaco-editor/editor/editor.api';
import { HELPERS, INSTRUCTIONS, type InstructionSpec, type Reference } from '../engine/index.ts';
import { lab } from '../ui/store/lab.ts';
import { activeText } from '../ui/store/texts.ts';
import { fullHex, signed } from '../ui/panes/register-text.ts';
import { analyse, type Kernel, kernelSymbols, referenceAt } from './analysis.ts';
import { kfuncDoc } from './kfunc-docs.ts';
import { LANGUAGE } from './language.ts';
import { liveField } from './live-field.ts';
import { monaco } from './monaco.ts';
import { toMonaco } from './places.ts';

const code = (text: string): string => `\`\`\`c\n${text}\n\`\`\``;

function registerRole(n: number): string {
  if (n === 0) return 'The result of a call, and of the function at `exit`.';
  if (n === 1)
    return 'At the start the address of the arguments, 8 bytes each; then first argument of a call, which loses it.';
  if (n <= 5) return `Argument ${n} of a call; a call loses it.`;
  return n === 10 ? 'The frame pointer: 512 bytes of stack lie below it. Read-only.' : 'Kept over calls.';
}

function registerValue(n: number): string[] {
  const { cpu } = lab();
  if (!cpu || cpu.text !== activeText()) return [];
  const value = cpu.registers[n];
  return [`Now \`${fullHex(value)}\` = ${signed(value)}`];
}

/** The rest is more of the same widths. */
const MOST_FORMS = 4;

const CPU_WORDS = (version: number): string => (version > 4 ? 'Linux 6.9 and later' : `-mcpu=v${version}`);

function forms(specs: readonly InstructionSpec[]): string[] {
  if (specs.length === 0) return [];
  const [{ doc, version, group }] = specs;
  const pseudo = [...new Set(specs.map((spec) => spec.pseudo.replace(/[{}]/g, '')))];
  return [code(pseudo.slice(0, MOST_FORMS).join('\n')), doc, `${CPU_WORDS(version)}, ${group}`];
}

/** Of a word such as `exit`, `call`, `lock`. */
const wordForms = (word: string): string[] => forms(INSTRUCTIONS.filter(({ pseudo }) => pseudo.split(' ')[0] === word));

const OPERATOR = /s?(?:<<|>>)=|s?[/%]=|[-+*&|^]=|s?[<>]=?|[=!]=|=|&/g;

/** Of the operator at a column: the forms that have it, and begin as the line does. */
function operatorForms(line: string, column: number): { words: string[]; from: number; to: number } | null {
  for (const { 0: sign, index } of line.replace(/;.*/, '').matchAll(OPERATOR)) {
    if (column < index || column > index + sign.length) continue;
    const start = /^\s*(if|lock)\b/.exec(line)?.[1] ?? '';
    const found = INSTRUCTIONS.filter(
      ({ pseudo }) => pseudo.includes(` ${sign} `) && (/^(if|lock)\b/.exec(pseudo)?.[1] ?? '') === start,
    );
    return { words: forms(found), from: index, to: index + sign.length };
  }
  return null;
}

async function field(reference: Extract<Reference, { kind: 'field' }>, { btf }: Kernel): Promise<string[]> {
  const { struct, path, offset, size, bit, bitSize } = reference;
  const type = btf.field(struct, path)?.type;
  const name = path.slice(path.lastIndexOf('.') + 1);
  const width = bitSize > 0 ? `${bitSize} ${bitSize === 1 ? 'bit' : 'bits'} from bit ${bit}` : `${size} bytes`;
  const live = struct === 'tcp_sock' ? await liveField(reference) : null;
  return [
    code(type === undefined ? `${struct}.${path}` : btf.declare(type, name)),
    `\`struct ${struct}\` + ${offset}, ${width}`,
    ...(live === null ? [] : [live]),
  ];
}

async function words(reference: Reference, kernel: Kernel): Promise<string[]> {
  const { symbols } = kernel;
  switch (reference.kind) {
    case 'mnemonic':
      return wordForms(reference.name);
    case 'register':
      return [registerRole(reference.register), ...registerValue(reference.register)];
    case 'field':
      return field(reference, kernel);
    case 'enumerator':
      return [code(`enum ${reference.enumName}`), `\`${reference.name}\` = ${reference.value}`];
    case 'kfunc':
      return [
        code(symbols.kfunc(reference.name)?.prototype ?? reference.name),
        kfuncDoc(reference.name) ?? '',
        `Kernel function, BTF id ${reference.id}`,
      ];
    case 'helper': {
      const helper = HELPERS.find(({ id }) => id === reference.id);
      return helper ? [code(`${helper.name}: ${helper.prototype}`), helper.doc, `Helper ${helper.id}`] : [];
    }
    case 'member':
      return [
        code(
          symbols.members(reference.struct).find(({ name }) => name === reference.name)?.prototype ?? reference.name,
        ),
        `Member of \`struct ${reference.struct}\``,
      ];
    case 'label':
    case 'function':
      return [`${reference.kind === 'label' ? 'Label' : 'Function'} \`${reference.name}\``];
    default:
      return reference satisfies never;
  }
}

const card = (range: IRange, lines: readonly string[]): languages.Hover | null =>
  lines.length === 0 ? null : { range, contents: lines.map((value) => ({ value })) };

const provider: languages.HoverProvider = {
  async provideHover(model, position) {
    const kernel = await kernelSymbols();
    if (!kernel) return null;
    const { references } = analyse(model, kernel.symbols).value;
    const [line, column] = [position.lineNumber - 1, position.column - 1];
    const reference = referenceAt(references, line, column);
    if (reference) return card(toMonaco(reference.range), await words(reference, kernel));
    const operator = operatorForms(model.getLineContent(position.lineNumber), column);
    if (!operator) return null;
    return card(toMonaco({ line, column: operator.from, endLine: line, endColumn: operator.to }), operator.words);
  },
};

export const registerHover = (): void => {
  monaco.languages.registerHoverProvider(LANGUAGE, provider);
};
