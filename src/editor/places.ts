/* The assembler counts lines and columns from 0, Monaco from 1. */
import type { IRange } from 'monaco-editor/editor/editor.api';
import type { TextRange } from '../engine/index.ts';

export const toMonaco = ({ line, column, endLine, endColumn }: TextRange): IRange => ({
  startLineNumber: line + 1,
  startColumn: column + 1,
  endLineNumber: endLine + 1,
  endColumn: endColumn + 1,
});
