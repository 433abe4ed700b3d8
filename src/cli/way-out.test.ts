/** Error messages on the command line say what to do. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { askVerb } from './ask.ts';
import { consoleVerb } from './console.ts';
import { simVerb } from './sim.ts';
import { verifyVerb } from './verify.ts';

let said = '';
beforeEach(() => {
  said = '';
  const say = (text: unknown): boolean => ((said += `${String(text)}\n`), true);
  for (const name of ['log', 'error'] as const) vi.spyOn(console, name).mockImplementation((text) => void say(text));
  vi.spyOn(process.stdout, 'write').mockImplementation(say);
  vi.spyOn(process.stderr, 'write').mockImplementation(say);
});
afterEach(() => vi.restoreAllMocks());

function fileOf(name: string, text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'way-out-')), name);
  writeFileSync(path, text);
  return path;
}

test('an unknown map or socket: the message lists the existing ones', () => {
  expect(askVerb.run(['replace-while-connected', 'who took of map Z'])).toBe(0);
  expect(said).toContain('never in this run: it has no map Z; there are A, B');
  expect(askVerb.run(['replace-while-connected', 'who gave back of socket 99'])).toBe(0);
  expect(said).toMatch(/it has no socket 99; there are 1, 2, 3/);
});

test('an unknown name: the message lists the existing names', () => {
  expect(simVerb.run(['--cc', 'nosuch', '--seconds', '1'])).toBe(1);
  expect(said).toMatch(/No congestion control is called "nosuch"\. There are reno, .*bpf_aimd.*FILE\.bpf\.o/);
});

test('a text that the verifier refuses: the message says how to see why', () => {
  const text = '.struct_ops tcp_congestion_ops\n.name "x"\n.license "GPL"\n.section struct_ops/undo_cwnd\na:\n  exit\n';
  const path = fileOf('x.s', text);
  expect(simVerb.run(['--cc', path, '--seconds', '1'])).toBe(1);
  expect(said).toContain(`lab verify ${path} tells why.`);
  expect(verifyVerb.run([path])).toBe(1);
  expect(said).toContain('R0 !read_ok');
});

test.each(['', 'r0 = 2', 'T'])('a file with an object’s name that holds %j is not read as a text', (text) => {
  expect(verifyVerb.run([fileOf('x.bpf.o', text)])).toBe(1);
  expect(said).toContain('not an ELF file');
  expect(said).not.toContain('Verdict');
});

test('a sleep with an invalid time fails, and the next line runs', () => {
  expect(consoleVerb.run([fileOf('lines', 'sleep\nsleep 1e9\nsleep x\necho on\n')])).toBe(1);
  expect(said.match(/sleep takes seconds from 0 to 3600/g)).toHaveLength(3);
  expect(said).toContain('on\n');
});
