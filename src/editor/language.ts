/* Colouring and editing rules for BPF assembly: LLVM's pseudo-C with directives and labels. */
import type { languages } from 'monaco-editor/editor/editor.api';
import { monaco } from './monaco.ts';

export const LANGUAGE = 'bpf';

const tokens: languages.IMonarchLanguage = {
  defaultToken: 'operator',
  keywords: ['if', 'goto', 'gotol', 'may_goto', 'exit', 'call', 'callx', 'lock', 'll', 'skb'],
  types: ['u8', 'u16', 'u32', 'u64', 's8', 's16', 's32', 's64'],
  tokenizer: {
    root: [
      [/\/\*/, 'comment', '@block'],
      [/(;|#|\/\/).*/, 'comment'],
      [/"[^"]*"?/, 'string'],
      [/^\s*\.[\w$]+/, 'keyword', '@directive'],
      [/^\s*[A-Za-z_$][\w$]*(?=\s*:)/, 'name'],
      [/\b[rw](10|[0-9])\b/, 'register'],
      [/[A-Za-z_$][\w$]*(\.[\w$]+(\[\d+\])*)+/, 'name'],
      [/[A-Za-z_$][\w$]*/, { cases: { '@keywords': 'keyword', '@types': 'keyword', '@default': 'identifier' } }],
      [/0x[\da-fA-F]+|\d+/, 'number'],
      [/\s+/, 'white'],
    ],
    directive: [
      [/\n/, '', '@pop'],
      [/(;|#|\/\/).*/, 'comment'],
      [/"[^"]*"?/, 'string'],
      [/[\w$/.]+/, 'name'],
      [/[^\S\n]+/, 'white'],
    ],
    block: [
      [/\*\//, 'comment', '@pop'],
      [/[^*]+|\*/, 'comment'],
    ],
  },
  includeLF: true,
};

const configuration: languages.LanguageConfiguration = {
  comments: { lineComment: ';', blockComment: ['/*', '*/'] },
  brackets: [
    ['(', ')'],
    ['[', ']'],
  ],
  autoClosingPairs: [
    { open: '(', close: ')' },
    { open: '"', close: '"' },
  ],
  wordPattern: /[A-Za-z_$.][\w$.]*|\d\w*/,
};

export function registerLanguage(): void {
  monaco.languages.register({ id: LANGUAGE, extensions: ['.s'] });
  monaco.languages.setMonarchTokensProvider(LANGUAGE, tokens);
  monaco.languages.setLanguageConfiguration(LANGUAGE, configuration);
}
