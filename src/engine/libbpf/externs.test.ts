/* Kernel functions that a kernel has or has not, and settings. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Btf } from '../btf/btf.ts';
import { checkBtf } from '../btf/check.ts';
import { openBtf } from '../btf/read.ts';
import { createBtfWriter, INT_SIGNED, intType } from '../btf/write.ts';
import { decodeAll } from '../isa/insn.ts';
import { CALL_KIND, OPCODE } from '../isa/opcodes.ts';
import { shippedBtf } from '../kernel/testing/boot.ts';
import { V6_12 } from '../kernel/profiles.ts';
import { kconfigOf, parseConfig, resolveKconfig } from './kconfig.ts';
import type { ObjectExtern, OpenedObject, SettingType } from './object.ts';
import { openObject } from './open.ts';
import { POISON_KFUNC, relocateObject, resolveExterns } from './relocate.ts';
import { loadableBtf } from './sanitize.ts';

function opened(): OpenedObject {
  const bytes = new Uint8Array(readFileSync(new URL('fixtures/my_kfunc2.bpf.o', import.meta.url)));
  const object = openObject(bytes, 'my_kfunc2.bpf.o');
  if (!object.ok) throw new Error(object.error.message);
  return object.value;
}

/** A kernel with one function, which has the expected name and other arguments. */
function smallKernel(): Btf {
  const writer = createBtfWriter();
  const int = writer.add(intType('int', 4, INT_SIGNED));
  const proto = writer.add({ kind: 'FUNC_PROTO', type: int, params: [] });
  writer.add({ kind: 'FUNC', name: 'tcp_reno_ssthresh', type: proto, extra: 1 });
  const btf = openBtf(writer.finish());
  if (!btf.ok) throw new Error(btf.error.message);
  return btf.value;
}

const calls = (insns: Uint8Array) => decodeAll(insns).filter(({ opcode }) => opcode === OPCODE.CALL);

test('kernel functions are called by their ids in the kernel’s BTF', () => {
  const object = opened();
  const kernel = shippedBtf('v6.12');
  const externs = resolveExterns(object, kernel, () => {});
  const ready = typeof externs === 'number' ? externs : relocateObject(object, kernel, externs, () => {});
  if (typeof ready === 'number') throw new Error(String(ready));
  const [call] = calls(ready[0].insns);
  expect(call).toMatchObject({ src: CALL_KIND.KFUNC, off: 0, imm: kernel.find('FUNC', 'tcp_reno_ssthresh') });
});

test('a kernel without them refuses the object, or gets poison for weak ones', () => {
  const object = opened();
  const told: string[] = [];
  const log = (_: string, text: string) => told.push(text);
  const [first] = object.externs;
  const without = { ...object, externs: object.externs.filter(({ name }) => name !== 'tcp_reno_ssthresh') };
  expect(resolveExterns(without, smallKernel(), log)).toBe(-3);
  expect(told).toEqual([`extern (func ksym) '${without.externs[0].name}': not found in kernel or module BTFs`]);
  expect(first.weak).toBe(false);

  const weak = { ...object, externs: without.externs.map((extern) => ({ ...extern, weak: true })) };
  const externs = resolveExterns(weak, smallKernel(), log);
  if (typeof externs === 'number') throw new Error(String(externs));
  expect([...externs.values()]).toEqual([null, null]);
  const nothing = relocateObject(object, shippedBtf('v6.12'), new Map(), log);
  if (typeof nothing === 'number') throw new Error(String(nothing));
  const numbers = nothing.flatMap(({ insns }) => calls(insns).map(({ src, imm }) => [src, imm - POISON_KFUNC]));
  expect(numbers.toSorted((a, b) => a[1] - b[1])).toEqual(object.externs.map((_, i) => [CALL_KIND.HELPER, i]));
});

test('a function of the same name with other arguments is not used', () => {
  const told: string[] = [];
  const object = opened();
  const same = { ...object, externs: object.externs.filter(({ name }) => name === 'tcp_reno_ssthresh') };
  expect(resolveExterns(same, smallKernel(), (_, text) => told.push(text))).toBe(-22);
  expect(told[0]).toContain("extern (func ksym) 'tcp_reno_ssthresh': func_proto");
});

test('the BTF with externs is made one that the kernel takes', () => {
  const { btf, externs } = opened();
  expect(checkBtf(btf.bytes).errno).not.toBeNull();
  expect(checkBtf(loadableBtf(btf, externs)).errno).toBeNull();
});

const setting = (
  name: string,
  offset: number,
  size: number,
  kind: SettingType['kind'] = 'int',
  weak = false,
): ObjectExtern => {
  return { kind: 'kconfig', name, symbol: 0, weak, btfId: 1, offset, size, setting: { kind, signed: false } };
};

const kconfig = kconfigOf(V6_12, () =>
  parseConfig('# a comment\nCONFIG_HZ=250\nCONFIG_TCP_CONG_BBR=m\nCONFIG_NAME="x86"\nCONFIG_BIG=70000\n'),
);

test('settings are written where the program reads them', () => {
  const value = new Uint8Array(24);
  const externs = [
    setting('LINUX_KERNEL_VERSION', 0, 4),
    setting('LINUX_HAS_SYSCALL_WRAPPER', 4, 1, 'bool'),
    setting('CONFIG_TCP_CONG_BBR', 5, 1, 'char'),
    setting('CONFIG_HZ', 8, 8),
    setting('CONFIG_NAME', 16, 3, 'text'),
    setting('CONFIG_NO', 20, 4, 'int', true),
  ];
  const told: string[] = [];
  expect(resolveKconfig(externs, value, kconfig, (level, text) => level === 'warn' && told.push(text))).toBe(0);
  expect([...new Uint32Array(value.buffer)]).toEqual([0x060c75, 0x6d01, 250, 0, 0x3878, 0]);
  expect(told).toEqual(["extern (kcfg) 'CONFIG_NAME': long string 'x86' of (3 bytes) truncated to 2 bytes"]);
});

test.each([
  [setting('CONFIG_NO', 0, 4), -3, "extern 'CONFIG_NO' (strong): not resolved"],
  [setting('CONFIG_BIG', 0, 2), -34, "extern (kcfg) 'CONFIG_BIG': value '70000' doesn't fit in 2 bytes"],
  [
    setting('CONFIG_TCP_CONG_BBR', 0, 1, 'bool'),
    -22,
    "extern (kcfg) 'CONFIG_TCP_CONG_BBR': value 'm' implies tristate or char type",
  ],
  [setting('OTHER', 0, 4), -22, "extern (kcfg) 'OTHER': unrecognized virtual extern"],
])('a setting that does not fit is refused: %#', (extern, errno, text) => {
  const told: string[] = [];
  expect(resolveKconfig([extern], new Uint8Array(8), kconfig, (_, line) => told.push(line))).toBe(errno);
  expect(told).toEqual([text]);
});
