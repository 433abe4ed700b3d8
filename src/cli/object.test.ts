import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Usage } from './cli.ts';
import { objectVerb } from './object.ts';

const FIXTURES = join(import.meta.dirname, '../engine/libbpf/fixtures');

function lab(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((text) => void out.push(String(text)));
  const error = vi.spyOn(console, 'error').mockImplementation((text) => void err.push(String(text)));
  try {
    return { status: objectVerb.run(args), out, err };
  } finally {
    log.mockRestore();
    error.mockRestore();
  }
}

test('ids on stdout, libbpf’s messages on stderr, status 0 or 1', () => {
  expect(lab(join(FIXTURES, 'my_subprog.bpf.o'))).toMatchObject({
    status: 0,
    out: expect.arrayContaining(['Registered tcp_congestion_ops my_subprog id 1']),
    err: [],
  });
  const file = join(import.meta.dirname, 'main.ts');
  expect(lab(file)).toMatchObject({
    status: 1,
    out: [],
    err: expect.arrayContaining([expect.stringContaining('not an ELF file')]),
  });
});

test('an object of 6.12 on 6.1: fields have moved, and the instructions with them', () => {
  const { status, err } = lab(join(FIXTURES, 'my_subprog.bpf.o'), '--kernel', 'v6.1', '--debug');
  expect(status).toBe(0);
  const patched = err.flatMap(
    (line) => /patched insn #\d+ \(LDX\/ST\/STX\) off (\d+) -> (\d+)/.exec(line)?.slice(1) ?? [],
  );
  expect(patched.length).toBeGreaterThan(0);
  expect(patched.filter((_, i) => i % 2 === 0)).not.toEqual(patched.filter((_, i) => i % 2 === 1));
});

test('an unknown kernel is refused', () => {
  expect(() => lab('x.o', '--kernel', 'v9')).toThrow(Usage);
});

test('members of a declared type are called by hand', () => {
  const fixture = (name: string) => join(import.meta.dirname, '../engine/lab/fixtures', name);
  const args = [fixture('counter.bpf.o'), '--type', fixture('counter.h'), '--call', 'step [05] 3', '--call', 'scale 5'];
  expect(lab(...args)).toMatchObject({
    status: 0,
    out: ['step(05, 3) = 8; argument 1: {\n    "value": 8,\n    "sum": 8\n}', 'scale(5) = 16'],
  });
  expect(lab(...args, '--call', 'nothing')).toMatchObject({
    status: 1,
    err: ['Error: struct counter_ops has no function nothing'],
  });
});
