/** The editor asks for fixes after each key; a text without a mark there is not analysed for that. */
import { expect, test, vi } from 'vitest';
import type { editor, languages } from 'monaco-editor/editor/editor.api';

const registered: languages.CodeActionProvider[] = [];
vi.mock('./monaco.ts', () => ({
  monaco: {
    languages: { registerCodeActionProvider: (_: string, one: languages.CodeActionProvider) => registered.push(one) },
    Range: { areIntersectingOrTouching: () => true },
  },
}));
const analyse = vi.fn(() => ({
  diagnostics: [
    { severity: 'error', code: 'E0305', message: '', range: {}, fix: { title: 'Change it', range: {}, text: 'x' } },
  ],
}));
vi.mock('./analysis.ts', () => ({ analyse, kernelSymbols: () => Promise.resolve({ symbols: {} }) }));

test('fixes are looked for where there is a mark', async () => {
  const { registerFixes } = await import('./diagnostics.ts');
  registerFixes();
  const ask = async (markers: readonly Partial<editor.IMarkerData>[]) =>
    registered[0]?.provideCodeActions(
      { uri: '', getVersionId: () => 1 } as never,
      {} as never,
      { markers } as never,
      {} as never,
    );
  expect(await ask([])).toBeNull();
  expect(analyse).not.toHaveBeenCalled();
  expect(await ask([{ code: 'E0305', startLineNumber: 1 }])).toMatchObject({ actions: [{ title: 'Change it' }] });
});
