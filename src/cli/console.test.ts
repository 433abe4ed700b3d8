/** `lab console` on the command line: lines from a file, wrong arguments, failing lines. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Usage } from './cli.ts';
import { consoleVerb } from './console.ts';

let out = '';
let err = '';
beforeEach(() => {
  [out, err] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
});
afterEach(() => vi.restoreAllMocks());

function fileOf(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'console-')), 'lines');
  writeFileSync(path, text);
  return path;
}

const OBJECT = join(import.meta.dirname, '../../public/samples/reno.bpf.o');

test('lines of a file, with an object, and time between them', () => {
  const lines =
    'bpftool struct_ops register reno.bpf.o\nflow start cc c_reno bytes 100k\nsleep 1.5\n\n# a comment\nflow\nbpftool st l | wc -l\n';
  expect(consoleVerb.run([fileOf(lines), '--objects', OBJECT])).toBe(0);
  expect(err).toBe('Registered tcp_congestion_ops reno id 1\n');
  expect(out).toMatch(/1 +ESTABLISHED +c_reno/);
  expect(out.endsWith('1\n')).toBe(true);
});

test('a scenario can be opened, and a failing line gives status 1', () => {
  expect(consoleVerb.run([fileOf('bpftool struct_ops list\nnosuch\n'), '--scenario', 'replace-while-connected'])).toBe(
    1,
  );
  expect(out).toMatch(/bpf_reno/);
  expect(err).toMatch(/command not found/);
});

test.each([
  [['a', 'b'], /one file of lines/],
  [['/nosuch'], /ENOENT/],
  [['--scenario', 'nosuch'], /no scenario "nosuch"/],
  [['--at', 'soon'], /--at must be a number/],
  [['--kernel', 'v9'], /no kernel "v9"/],
  [['--nosuch'], /nosuch/],
])('refused: %j', (args, message) => {
  const given = args[0].startsWith('--') ? [fileOf('ls\n'), ...args] : args;
  expect(() => consoleVerb.run(given)).toThrow(Usage);
  expect(() => consoleVerb.run(given)).toThrow(message);
});

test('too many lines and too long lines are refused', () => {
  expect(() => consoleVerb.run([fileOf('ls\n'.repeat(10_001))])).toThrow(/at most 10000 are run/);
  expect(() => consoleVerb.run([fileOf('x'.repeat(4_000_001))])).toThrow(/at most 4000000/);
});
