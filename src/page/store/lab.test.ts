/** Notices repeat what they are about, but not 5,000 letters of it. */
import { expect, test } from 'vitest';
import { lab, notify } from './lab.ts';

test('a path of 5,000 letters is shortened in its middle; words and short paths are not', () => {
  const path = `/sys/fs/bpf/${'x'.repeat(5000)}/end`;
  const detail = 'words '.repeat(400);
  notify({ kind: 'error', title: `bpf(BPF_OBJ_PIN, {pathname="${path}", bpf_fd=4})`, detail });
  const [notice] = lab().notices;
  expect(notice?.title).toMatch(/^bpf\(BPF_OBJ_PIN, \{pathname="\/sys\/fs\/bpf\/x+…x+\/end", bpf_fd=4\}\)$/);
  expect(notice?.title.length).toBeLessThan(300);
  expect(notice?.detail).toBe(detail);
});
