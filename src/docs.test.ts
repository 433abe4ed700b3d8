/** The documents name only files, scripts and verbs that exist: a rename must not leave them behind. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Documents with the folder to which their paths are relative. The list of changes tells of what was, so it is left out. */
const DOCUMENTS: readonly (readonly [file: string, folder: string])[] = [
  ['README.md', ''],
  ['src/README.md', 'src/'],
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => [`docs/${name}`, ''] as const),
];

/** Folders that a build makes. */
const BUILT: readonly string[] = ['dist', 'dist-cli'];
const SKIPPED: readonly string[] = [...BUILT, 'node_modules', '.git'];

/** All files and folders of the repository. */
function pathsUnder(folder: string): string[] {
  return readdirSync(join(ROOT, folder)).flatMap((name) => {
    if (SKIPPED.includes(name)) return [];
    const path = `${folder}${name}`;
    return statSync(join(ROOT, path)).isDirectory() ? [path, ...pathsUnder(`${path}/`)] : [path];
  });
}

const PATHS = pathsUnder('');
const TOP: ReadonlySet<string> = new Set(PATHS.flatMap((path) => path.split('/').slice(0, -1)));

/** Words in backticks, in lines of code and in links. */
function wordsOf(text: string): string[] {
  const pieces = [
    ...[...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code),
    ...[...text.matchAll(/^ {4}(.*)$/gm)].map(([, code = '']) => code.replace(/\s#.*$/, '')),
    ...[...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target),
  ];
  return pieces.flatMap((piece) => piece.split(/\s+/));
}

/** Whether a word is meant as a file or folder of the repository: by its first folder, or by the ending of a source. */
function isPath(word: string): boolean {
  if (!/^[\w@.-]+(?:\/[\w.-]+)*\/?$/.test(word) || BUILT.includes(word.replace(/\/$/, ''))) return false;
  const [first = '', ...rest] = word.split('/');
  return /\.(?:tsx?|mjs|md|html)$/.test(word) || (rest.length > 0 && TOP.has(first));
}

/** A path may leave out its first folders; NAME stands for a name of one's own. */
function exists(word: string, folder: string): boolean {
  const path = word.replace(/\/$/, '').replace(/\/?[^/]*NAME.*$/, '');
  return PATHS.some((one) => one === path || one === `${folder}${path}` || one.endsWith(`/${path}`));
}

test.each(DOCUMENTS)('%s names only files that exist', (file, folder) => {
  const named = wordsOf(read(file)).filter(isPath);
  expect(named.filter((word) => !exists(word, folder))).toEqual([]);
});

test('the documents name enough files for this test to mean something', () => {
  const named = DOCUMENTS.flatMap(([file]) => wordsOf(read(file)).filter(isPath));
  expect(named.length).toBeGreaterThan(100);
});

test('the documents name only scripts and verbs that exist', () => {
  const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
  const verbs = PATHS.filter((path) => /^src\/cli\/[\w-]+\.ts$/.test(path)).flatMap((path) =>
    [...read(path).matchAll(/\busage:\s*['"`](\w+)/g)].map(([, verb]) => verb),
  );
  const text = DOCUMENTS.map(([file]) => read(file)).join('\n');
  const run = [...text.matchAll(/npm (?:run (?:-s )?)?([a-z:]+)/g)].map(([, name = '']) => name);
  expect(run.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  const asked = [...text.matchAll(/(?:lab -- |`lab )([a-z]+)/g)].map(([, verb]) => verb);
  expect(asked.length).toBeGreaterThan(15);
  expect(asked.filter((verb) => !verbs.includes(verb))).toEqual([]);
});

test('the table of dependencies lists those of package.json', () => {
  const { dependencies } = JSON.parse(read('package.json')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const table = read('README.md').split('## Dependencies')[1]?.split('\nDevelopment:')[0] ?? '';
  const listed = [...table.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, names = '']) => names.split(', '));
  expect(listed.slice(1).sort()).toEqual(Object.keys(dependencies).sort());
});
