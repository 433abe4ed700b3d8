/* Hovers: an instruction, a register and its value, a field and its live value, a function. */
import type { editor, IRange, languages, Position } from 'monaco-editor/editor/editor.api';
import {
  HELPERS,
  instructionDoc,
  INSTRUCTIONS,
  type InstructionSpec,
  otherHelperDoc,
  type Reference,
} from '../engine/index.ts';
import { lab } from '../page/store/lab.ts';
import { activeText } from '../page/store/texts.ts';
import { fullHex, signed } from '../page/register-text.ts';
import { analyse, type Kernel, kernelSymbols, referenceAt } from './analysis.ts';
import { kfuncDoc } from './kfunc-docs.ts';
import { LANGUAGE } from './language.ts';
import { instructionOfLine } from './line-instruction.ts';
import { liveField } from './live-field.ts';
import { monaco } from './monaco.ts';
import { toMonaco } from './places.ts';

const code = (text: string): string => `\`\`\`c\n${text}\n\`\`\``;

function registerRole(n: number): string {
  if (n === 0) return 'The result of a call, and of the function at `exit`.';
  if (n === 1)
    return 'At the start the address of the arguments, 8 bytes each; then the first argument of a call, which clobbers it.';
  if (n <= 5) return `Argument ${n} of a call, which clobbers it.`;
  return n === 10 ? 'The frame pointer: 512 bytes of stack are below it. Read-only.' : 'Preserved across calls.';
}

function registerValue(n: number): string[] {
  const { cpu } = lab();
  const value = cpu?.registers[n];
  if (!value || cpu?.text !== activeText()) return [];
  return [`Now \`${fullHex(value)}\` = ${signed(value)}`];
}

const CPU_WORDS = (version: number): string => (version > 4 ? 'Linux 6.9 and later' : `-mcpu=v${version}`);

/** Text about an instruction, with the line in the other syntax if it assembles. */
function instruction(spec: InstructionSpec, mnemonic = ''): string[] {
  const { pseudo, version, group } = spec;
  const form = pseudo.replace(/[{}]/g, '');
  return [code(`${form}\n${mnemonic}`.trim()), instructionDoc(spec), `${CPU_WORDS(version)}, ${group}`];
}

/** For a line that does not assemble: the first instruction that begins with the word. */
function wordForm(word: string): string[] {
  const spec = INSTRUCTIONS.find(({ pseudo }) => pseudo.split(' ')[0] === word);
  return spec ? instruction(spec) : [];
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
      return wordForm(reference.name);
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
      if (helper) return [code(`${helper.name}: ${helper.prototype}`), helper.doc, `Helper ${helper.id}`];
      const doc = otherHelperDoc(reference.name) ?? '';
      return [code(reference.name), doc, `Helper ${reference.id}: not for programs of tcp_congestion_ops`];
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

/** Range of a line's code, without its comment. */
function lineRange(model: editor.ITextModel, { lineNumber }: Position): IRange {
  const first = model.getLineFirstNonWhitespaceColumn(lineNumber);
  const [end] = /(?<=\S)\s*(;|#|\/\/|\/\*).*$|$/.exec(model.getLineContent(lineNumber)) ?? [''];
  const endColumn = model.getLineMaxColumn(lineNumber) - end.length;
  return new monaco.Range(lineNumber, first, lineNumber, endColumn);
}

const provider: languages.HoverProvider = {
  async provideHover(model, position) {
    const kernel = await kernelSymbols();
    if (!kernel) return null;
    const object = analyse(model, kernel.symbols).value;
    const [line, column] = [position.lineNumber - 1, position.column - 1];
    const reference = referenceAt(object.references, line, column);
    const found = instructionOfLine(object, line);
    if (found && (!reference || reference.kind === 'mnemonic'))
      return card(lineRange(model, position), instruction(found.spec, found.mnemonic));
    return reference && card(toMonaco(reference.range), await words(reference, kernel));
  },
};

export const registerHover = (): void => {
  monaco.languages.registerHoverProvider(LANGUAGE, provider);
};
