/** Enforces the import table of src/README.md, and limits escapes from the type checker. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const SRC = import.meta.dirname;
const ENGINE_ORDER = 'base isa btf elf verifier vm kernel net tcp libbpf console lab query oracle'.split(' ');
const ENGINE = ENGINE_ORDER.map((name) => `engine/${name}`);
/** folder -> folders that it may import; `type:` allows types only */
const ALLOWED: Record<string, readonly string[]> = {
  ...Object.fromEntries(ENGINE.map((room, i) => [room, ENGINE.slice(0, i)])),
  engine: ENGINE,
  protocol: ['type:engine'],
  worker: ['engine', 'protocol'],
  cli: ['engine', 'scenarios', 'node:'],
  scenarios: ['type:engine', 'scenarios/programs'],
  views: ['type:engine', 'd3'],
  page: ['engine', 'protocol', 'scenarios', 'views', 'worker', 'zustand'],
  editor: ['engine', 'type:protocol', 'page', 'monaco-editor', 'zustand'],
  offline: [],
  ui: ['engine', 'protocol', 'scenarios', 'views', 'page', 'editor', 'react', 'd3', '*'],
};

const ENGINE_FILES = /^engine\//;

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return /^(fixtures|testing)$/.test(entry.name) ? [] : files(path);
    return /\.tsx?$/.test(entry.name) && !/\.(test|bench|soak)\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

const room = (path: string): string => {
  const parts = path.split('/');
  return parts[0] === 'engine' && parts.length > 2 ? `engine/${parts[1]}` : parts.length > 1 ? parts[0] : 'main';
};

interface Import {
  readonly file: string;
  readonly from: string;
  readonly typeOnly: boolean;
}

function imports(path: string): Import[] {
  const text = readFileSync(path, 'utf8');
  const found = text.matchAll(
    /^\s*(?:import|export)\s+(type\s)?[^'"`;]*?from\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]/gm,
  );
  return [...found].map(([, type, a, b, c]) => ({
    file: relative(SRC, path),
    from: a ?? b ?? c,
    typeOnly: type !== undefined,
  }));
}

function violation({ file, from, typeOnly }: Import): string | null {
  const here = room(file);
  if (here === 'main') return null;
  const target = from.startsWith('.') ? room(relative(SRC, resolve(SRC, dirname(file), from))) : from;
  if (target === here) return null;
  const allowed = ALLOWED[here];
  if (!allowed) return `${file}: no such room in the table`;
  const matches = (rule: string): boolean => {
    const plain = rule.replace(/^type:/, '');
    if (rule.startsWith('type:') && !typeOnly) return false;
    if (plain === '*') return !from.startsWith('.') && !from.startsWith('monaco');
    if (plain === 'node:') return from.startsWith(plain);
    return target === plain || target.startsWith(`${plain}/`) || from === plain || from.startsWith(`${plain}/`);
  };
  return allowed.some(matches) ? null : `${file} imports ${typeOnly ? 'types of ' : ''}${from}`;
}

const all = files(SRC).flatMap(imports);

test('every import is in the table of src/README.md', () => {
  expect(all.length).toBeGreaterThan(20);
  expect(all.map(violation).filter((line) => line !== null)).toEqual([]);
});

test('no engine file imports fixtures, scenarios or tests', () => {
  const bad = all.filter(({ file, from }) => ENGINE_FILES.test(file) && /fixtures|scenarios|testing/.test(from));
  expect(bad).toEqual([]);
});

/** Files of the engine that other folders may import; the page fetches late.ts after its first paint. */
const DOORS = ['engine/index.ts', 'engine/late.ts'];

test('other folders import the engine only through index.ts and late.ts', () => {
  const inside = ({ file, from }: Import): boolean => {
    const target = relative(SRC, resolve(SRC, dirname(file), from));
    const known = DOORS.includes(target) || target.endsWith('.bench.ts');
    return from.startsWith('.') && target.startsWith('engine/') && !known && !ENGINE_FILES.test(file);
  };
  expect(all.filter(inside)).toEqual([]);
});

/** Files of a circular import, or null. */
function circle(): readonly string[] | null {
  const next = new Map<string, string[]>();
  for (const { file, from } of all) {
    if (!from.startsWith('.')) continue;
    next.set(file, [...(next.get(file) ?? []), relative(SRC, resolve(SRC, dirname(file), from))]);
  }
  const state = new Map<string, 'open' | 'done'>();
  const way: string[] = [];
  const visit = (file: string): readonly string[] | null => {
    if (state.get(file) === 'done') return null;
    if (state.get(file) === 'open') return [...way.slice(way.indexOf(file)), file];
    state.set(file, 'open');
    way.push(file);
    for (const target of next.get(file) ?? []) {
      const found = visit(target);
      if (found) return found;
    }
    way.pop();
    state.set(file, 'done');
    return null;
  };
  for (const file of next.keys()) {
    const found = visit(file);
    if (found) return found;
  }
  return null;
}

test('no files import each other in a circle, not even for types', () => {
  expect(circle()).toBeNull();
});

test('only the editor imports Monaco, only ui imports React', () => {
  const bad = all.filter(
    ({ file, from }) =>
      (from.startsWith('monaco-editor') && !file.startsWith('editor/')) ||
      (/^react(-dom)?(\/|$)/.test(from) && !/^(ui|editor|main)/.test(file)),
  );
  expect(bad).toEqual([]);
});

test('the engine uses no clock, no randomness and no inexact Math functions', () => {
  const bad = files(join(SRC, 'engine')).flatMap((path) =>
    (
      readFileSync(path, 'utf8').match(
        /\b(Date\.now|new Date|performance\.now|Math\.(random|pow|exp|log|log2|sin|cos|cbrt))\b/g,
      ) ?? []
    ).map((what) => `${relative(SRC, path)}: ${what}`),
  );
  expect(bad).toEqual([]);
});

/** Escapes from the type checker: lower these numbers, never raise them. */
const RATCHET = { 'as any': 0, 'as unknown as': 0, '@ts-ignore': 0, '@ts-expect-error': 0 };

test('escapes from the type checker do not increase', () => {
  const text = files(SRC)
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
  const count = Object.fromEntries(Object.keys(RATCHET).map((escape) => [escape, text.split(escape).length - 1]));
  for (const [escape, limit] of Object.entries(RATCHET)) expect(count[escape], escape).toBeLessThanOrEqual(limit);
});
