/* Programs of the verifier's recordings: calls that a program may not make are refused in the kernel's words, and what a kernel took is taken. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openBtf } from '../btf/read.ts';
import type { Btf } from '../btf/btf.ts';
import { PROFILES } from '../kernel/profiles.ts';
import { MAP_TYPE } from '../kernel/maps/map-type.ts';
import { PROG_TYPE_STRUCT_OPS } from '../kernel/uapi.ts';
import { shippedBtf } from '../kernel/testing/boot.ts';
import { Session } from './replay/session.ts';

type Row = readonly [
  id: string,
  type: string,
  attach: number,
  member: number,
  insns: string,
  errno: number,
  said: string,
];

const HERE = import.meta.dirname;
const SHARED = join(HERE, '../../../../shared');
const ROWS = JSON.parse(readFileSync(join(HERE, 'fixtures/calls.json'), 'utf8')) as Record<string, readonly Row[]>;

function load(session: Session, type: string, attach: number, member: number, hex: string, license = 'GPL', flags = 0) {
  const insns = Uint8Array.from(Buffer.from(hex, 'hex'));
  return session.bpf('BPF_PROG_LOAD', {
    prog_type: type === 'struct_ops' ? PROG_TYPE_STRUCT_OPS : 1,
    insn_cnt: insns.length / 8,
    insns,
    license: new TextEncoder().encode(`${license}\0`),
    attach_btf_id: attach,
    expected_attach_type: member,
    prog_flags: flags,
  });
}

describe('calls that a program may not make', () => {
  const session = new Session(shippedBtf('v6.12'), PROFILES['v6.12']);
  test.each(ROWS['6.12'])('%s', (_id, type, attach, member, insns, errno, said) => {
    const { ret, message } = load(session, type, attach, member, insns);
    expect([ret, message]).toEqual([-errno, said]);
  });

  test('6.1 has its own messages', () => {
    const old = new Session(shippedBtf('v6.1'), PROFILES['v6.1']);
    for (const [, type, attach, member, insns, errno, said] of ROWS['6.1']) {
      const { ret, message } = load(old, type, attach, member, insns);
      expect([ret, message]).toEqual([-errno, said]);
    }
  });
});

interface Recorded {
  readonly id: string;
  readonly verdict: string;
  readonly prog_type: string;
  readonly license: string;
  readonly prog_flags: number;
  readonly attach: { readonly attach_btf_id: number; readonly expected_attach_type: number };
  readonly insns?: readonly string[];
  readonly maps: readonly (readonly [string, string, number])[];
  readonly disasm: readonly string[];
}

/** Programs that call helpers and kernel functions that this machine does not have. */
const NOT_HERE = ['exc-throw', 'h-get_current_task', 'h-get_current_task_btf', 'k-cubic', 'k-cubic-init'];

const MAPS: Readonly<Record<string, object>> = {
  h: { map_type: MAP_TYPE.HASH, key_size: 4, value_size: 8, max_entries: 16 },
  a: { map_type: MAP_TYPE.ARRAY, key_size: 4, value_size: 16, max_entries: 4 },
  rb: { map_type: MAP_TYPE.RINGBUF, max_entries: 4096 },
  sks: {
    map_type: MAP_TYPE.SK_STORAGE,
    key_size: 4,
    value_size: 8,
    map_flags: 1,
    btf_key_type_id: 1,
    btf_value_type_id: 2,
  },
};

/** Maps of the recording by name, with their fds in place of the recorded ones. */
function withMaps(session: Session, { insns = [], maps }: Recorded): string {
  const text = [...insns];
  const names = maps.map(([, name]) => name);
  let next = 0;
  for (const [i, hex] of text.entries()) {
    if (!/^18[0-9a-f]?[0-9a-f](?=0000)/.test(hex) || !['1', '2'].includes(hex[2])) continue;
    const name = names[Math.min(next++, names.length - 1)];
    const fd = session.bpf('BPF_MAP_CREATE', {
      ...MAPS[name],
      ...(name === 'sks' ? { btf_fd: session.btfFd() } : {}),
    }).ret;
    text[i] = hex.slice(0, 8) + Buffer.from(Int32Array.of(fd).buffer).toString('hex');
  }
  return text.join('');
}

describe.skipIf(!existsSync(SHARED)).each(['6.1', '6.12'])('every program that %s took', (version) => {
  test('is accepted, except if it needs something that is not modelled', () => {
    const opened = openBtf(new Uint8Array(readFileSync(join(SHARED, `btf/vmlinux-${version}.btf`))));
    if (!opened.ok) throw new Error(opened.error.message);
    const btf: Btf = opened.value;
    const file = join(SHARED, 'oracle/verifier', version, 'c_so.json');
    const { records } = JSON.parse(readFileSync(file, 'utf8')) as { records: Recorded[] };
    const refused: string[] = [];
    const session = new Session(btf, PROFILES[`v${version}`]);
    for (const record of records) {
      if (record.verdict !== 'accept' || !record.insns) continue;
      const { attach, prog_type, license, prog_flags } = record;
      const insns = withMaps(session, record);
      const { ret, message } = load(
        session,
        prog_type,
        attach.attach_btf_id,
        attach.expected_attach_type,
        insns,
        license,
        prog_flags,
      );
      const known = NOT_HERE.includes(record.id) && message?.endsWith('is not in this machine');
      if (ret < 0 && !known) refused.push(`${record.id}: ${ret} ${message}`);
    }
    expect(refused).toEqual([]);
  });
});
