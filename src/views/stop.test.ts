import { expect, test } from 'vitest';
import type { CpuSnapshot } from '../engine/index.ts';
import { stopWords } from './stop.ts';

const cpu = (change: Partial<CpuSnapshot>): CpuSnapshot =>
  ({ member: 'cong_avoid', socket: 4, map: 'B', cause: 'ack arrives', ...change }) as CpuSnapshot;

test('a stop names the member, the connection, the map, the event and the time', () => {
  expect(stopWords(cpu({}), 1_005_300_000)).toBe('cong_avoid of connection 4, map B, an ACK at 1005.3 ms');
  expect(stopWords(cpu({ socket: 0, member: 'open', cause: 'call-member' }), 5e6)).toBe(
    'open, map B, the command call-member at 5.0 ms',
  );
});
