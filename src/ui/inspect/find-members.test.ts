import { expect, test } from 'vitest';
import { wholeOf } from '../../views/testing/kernel-types.ts';
import { findMembers } from './find-members.ts';

const btf = wholeOf('v6.12');
const names = (text: string): string[] => findMembers(text, btf).map(({ name }) => name);

test('a field is found in all types, exact matches first', () => {
  expect(names('snd_cwnd').slice(0, 2).sort()).toEqual(['bpf_sock_ops.snd_cwnd', 'tcp_sock.snd_cwnd']);
  expect(names('snd_cwnd')).toContain('tcp_sock.snd_cwnd_stamp');
  const hit = findMembers('snd_cwnd', btf).find(({ owner }) => owner.name === 'tcp_sock');
  expect(hit).toMatchObject({ field: 'snd_cwnd', owner: { kind: 'STRUCT', name: 'tcp_sock' } });
});

test('a type in front limits to its fields, also those of structs without a name', () => {
  expect(names('tcp_sock.snd_cwnd')).toContain('tcp_sock.snd_cwnd');
  expect(new Set(findMembers('tcp_sock.', btf).map(({ owner }) => owner.name))).toEqual(new Set(['tcp_sock']));
  expect(names('sk_buff.tstamp')).toContain('sk_buff.tstamp');
});

test('too few letters, or none, find nothing', () => {
  expect(names('sn')).toEqual([]);
  expect(names('.snd')).toEqual([]);
  expect(names('tcp_sock.nothing_like_this')).toEqual([]);
});
