/* C declarations: coloured, with the layout of a struct on hover. */
import type { languages } from 'monaco-editor/editor/editor.api';
import { structLayout } from '../engine/index.ts';
import { editorBtf } from '../page/engine/kernel.ts';
import { monaco } from './monaco.ts';

export const C_LANGUAGE = 'c-types';

const tokens: languages.IMonarchLanguage = {
  defaultToken: 'operator',
  keywords: ['struct', 'union', 'enum', 'const', 'volatile', 'typedef', 'void', 'unsigned', 'signed', 'static'],
  types: ['char', 'short', 'int', 'long', 'bool', '_Bool'],
  tokenizer: {
    root: [
      [/\/\*/, 'comment', '@block'],
      [/\/\/.*/, 'comment'],
      [/"[^"]*"?/, 'string'],
      [/\b(__)?[us](8|16|32|64)\b/, 'keyword'],
      [/[A-Za-z_]\w*(?=\s*\))(?=\)\s*\()/, 'name'],
      [/[A-Za-z_]\w*/, { cases: { '@keywords': 'keyword', '@types': 'keyword', '@default': 'identifier' } }],
      [/0x[\da-fA-F]+|\d+/, 'number'],
      [/\s+/, 'white'],
    ],
    block: [
      [/\*\//, 'comment', '@pop'],
      [/[^*]+|\*/, 'comment'],
    ],
  },
};

const configuration: languages.LanguageConfiguration = {
  comments: { lineComment: '//', blockComment: ['/*', '*/'] },
  brackets: [
    ['(', ')'],
    ['[', ']'],
    ['{', '}'],
  ],
  autoClosingPairs: [
    { open: '(', close: ')' },
    { open: '[', close: ']' },
  ],
};

/** Offset, size and declaration of each member, as pahole lists them. */
const hover: languages.HoverProvider = {
  async provideHover(model, position) {
    const word = model.getWordAtPosition(position);
    const btf = word && (await editorBtf().catch(() => null));
    const layout = btf && structLayout(btf, btf.find('STRUCT', word.word));
    if (!word || !btf || !layout) return null;
    const rows = layout.rows.map(({ kind, offset, size, depth, typeId, name }) => {
      const what = kind === 'field' ? btf.declare(typeId, name) : kind;
      return `${String(offset).padStart(4)} ${String(size).padStart(4)}  ${'  '.repeat(depth)}${what}`;
    });
    const range = new monaco.Range(position.lineNumber, word.startColumn, position.lineNumber, word.endColumn);
    return { range, contents: [{ value: `\`\`\`c\nstruct ${word.word}\n${rows.join('\n')}\n\`\`\`` }] };
  },
};

export function registerC(): void {
  monaco.languages.register({ id: C_LANGUAGE });
  monaco.languages.setMonarchTokensProvider(C_LANGUAGE, tokens);
  monaco.languages.setLanguageConfiguration(C_LANGUAGE, configuration);
  monaco.languages.registerHoverProvider(C_LANGUAGE, hover);
}
