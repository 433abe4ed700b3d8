import { expect, it } from 'vitest';
import { shippedBtf } from '../kernel/testing/boot.ts';
import { parseDeclarations } from './c-parse.ts';
import { openSplitBtf } from './read.ts';
import { suggestReorder } from './reorder.ts';

const kernel = shippedBtf();

function suggested(members: string) {
  const { value } = parseDeclarations(`struct mine { ${members} };`, kernel);
  const btf = openSplitBtf(value.bytes, kernel);
  if (!btf.ok) throw new Error(btf.error.message);
  return suggestReorder(btf.value, btf.value.find('STRUCT', 'mine'));
}

it('moves the member that saves most into a hole', () => {
  expect(suggested('char a; long b; char c;')).toEqual({ member: 'c', after: 'a', saves: 8 });
  expect(suggested('char a; long b; int c; char d; long e; char f;')).toEqual({ member: 'f', after: 'a', saves: 8 });
});

it('says that filling a hole saves nothing', () => {
  expect(suggested('char a; int b; char c; char d; short e;')).toEqual({ member: 'c', after: 'a', saves: 0 });
});

it('leaves structs without a fitting hole, or with unusual layout, unchanged', () => {
  expect(suggested('long a; int b; int c;')).toBeNull();
  expect(suggested('char a; long b;')).toBeNull();
  expect(suggested('char a; int b:3; long c; char d;')).toBeNull();
  expect(suggestReorder(kernel, kernel.find('STRUCT', 'bpf_struct_ops_tcp_congestion_ops'))).toBeNull();
  expect(suggestReorder(kernel, 0)).toBeNull();
});
