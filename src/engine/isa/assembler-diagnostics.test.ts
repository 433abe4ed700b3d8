import { describe, expect, test } from 'vitest';
import { problems } from './testing/symbols.ts';

describe('diagnostics', () => {
  const inFunction = (...lines: string[]): string[] =>
    problems(
      ['.struct_ops tcp_congestion_ops', '.name "x"', '.section struct_ops/ssthresh', 'f:', ...lines].join('\n'),
    );

  test.each([
    ['exot', ['E0301 4:0-4 -> exit'], true],
    ['r11 = 0', ['E0302 4:0-3 -> r10']],
    ['ro = 0', ['E0302 4:0-2 -> r0']],
    ['r1 = w2', ['E0203 4:5-7 -> r2']],
    ['mov r1, 2', ['E0204 4:0-3']],
    ['r1 = 2 3', ['E0202 4:7-8']],
    ['r1 =', ['E0201 4:4-4']],
    ['r1 = 0x', ['E0103 4:5-7']],
    ['r1 = 0xffffffff', ['E0401 4:5-15 -> 4294967295 ll']],
    ['r1 = *(u31 *)(r2 + 0)', ['E0311 4:7-10 -> u32']],
    ['r1 = *(u32 *)(r2 + 40000)', ['E0402 4:14-24']],
    ['r1 = *(u32 *)(r2 + tcp_sock.snd_cwmd)', ['E0305 4:28-36 -> snd_cwnd']],
    ['r1 = *(u32 *)(r2 + tcp_sok.snd_cwnd)', ['E0304 4:19-26 -> tcp_sock']],
    ['r1 = tcp_ca_event.CA_EVENT_LOST', ['E0307 4:18-31 -> CA_EVENT_LOSS']],
    ['r1 = mask(tcp_sock.snd_cwnd)', ['E0312 4:10-27']],
    ['call tcp_slow_strat', ['E0310 4:5-19 -> tcp_slow_start']],
    ['call slow_start', ['E0310 4:5-15 -> tcp_slow_start']],
    ['call bpf_ktime_get_n', ['E0310 4:5-20 -> bpf_ktime_get_ns']],
    ['goto nowhere', ['E0303 4:5-12']],
    ['goto +100', ['E0403 4:5-9']],
    ['r1 = 1 ? 2', ['E0202 4:7-10']],
    ['r1 ? 2', ['E0101 4:3-4']],
    ['r1 = *(u64 *)(r6 + tcp_sock.snd_cwnd)', ['W0602 4:7-10 -> u32']],
    ['r10 = 5', ['W0603 4:0-3']],
    ['r1 = *(u32 *)(r6 + snd_cwnd)', ['E0305 4:19-27 -> tcp_sock.snd_cwnd']],
    ['r1 = CA_EVENT_LOSS', ['E0306 4:5-18 -> tcp_ca_event.CA_EVENT_LOSS']],
    ['r1 = *(u32 *)(r6 + 4', ['E0201 4:20-20 -> )']],
    ['r1 = r1 / 2', ['E0203 4:8-9 -> r1 /=']],
    ['r1 = r2 / 2', ['E0203 4:8-9']],
    ['if r1 = 2 goto +0', ['E0203 4:6-7 -> ==']],
    ['return r0', ['E0301 4:0-6 -> exit']],
    ['call tcp_slow_start()', ['E0203 4:19-20 -> ']],
    ['r1 = 010', ['E0103 4:5-8 -> 10']],
    ['if r1 == 0xffffffff goto +0', ['W0608 4:9-19 -> -1']],
    ['if w1 == 0xffffffff goto +0', []],
    ['if r1 == 0x100000000 goto +0', ['E0401 4:9-20']],
    ['r0 = 0; r1 = 2', ['W0609 4:8-14 -> \n  r1 = 2']],
    ['r0 = 0; and so on', []],
    ['r0 = 0;', []],
    ['r0 = 0 ; r1 = 2', []],
    ['w2 = xchg_64(r1 + 0, w2)', ['E0203 4:0-2 -> r2']],
  ] as [string, string[], boolean?][])('%s', (line, expected) => {
    expect(inFunction(line, 'exit')).toEqual(expected);
  });

  test('reports all errors at once, without errors that follow from others', () => {
    expect(inFunction('r1 = *(u32 *)(r9 + tcp_sock.snd_cwmd)', 'goto don', 'done:', 'exot')).toEqual([
      'E0305 4:28-36 -> snd_cwnd',
      'E0303 5:5-8 -> done',
      'E0301 7:0-4 -> exit',
    ]);
  });

  test('structure', () => {
    expect(inFunction('r0 = 0')).toEqual(['E0502 4:0-6 -> \n  exit']);
    expect(inFunction('l:', 'r0 = 0', 'l:', 'exit')).toEqual(['E0503 6:0-1', 'W0601 4:0-1', 'W0601 6:0-1'].slice(0, 1));
    expect(inFunction('l:', 'r0 = 0', 'exit')).toEqual(['W0601 4:0-1']);
    expect(inFunction('exit', 'r0 = 0', 'exit')).toEqual(['W0605 5:0-6']);
    expect(inFunction('goto +1', 'r1 = 5 ll', 'exit')).toEqual(['E0509 4:5-7']);
    expect(inFunction('exit', '.section struct_ops/ssthresh', 'g:', 'exit')).toEqual(['E0507 5:9-28']);
    expect(inFunction('exit', '.section struct_ops/ssthesh', 'g:', 'exit')).toEqual([
      'E0309 5:9-27 -> struct_ops/ssthresh',
    ]);
    expect(inFunction('exit', '.section struct_ops/flags', 'g:', 'exit')).toEqual(['E0313 5:9-25']);
    expect(inFunction('exit', '.section .text', 'exit')).toEqual(['E0504 6:0-4']);
    expect(inFunction('exit', '.secton .text')).toEqual(['E0308 5:0-7 -> .section']);
    expect(inFunction('exit', '.section .text', 'g:', 'goto f')).toEqual(['E0505 7:5-6']);
    expect(problems('r0 = 0\nexit')).toEqual(['E0501 0:0-6 -> .section struct_ops/ssthresh\nssthresh:\n']);
    expect(problems('.section struct_ops/ssthresh\nf:\nexit')).toEqual([
      'E0506 0:9-28 -> .struct_ops tcp_congestion_ops\n',
    ]);
    expect(problems('.name "a_name_that_is_too_long"')).toEqual(['E0510 0:6-31 -> "a_name_that_is_"']);
    expect(problems('/* open')).toEqual(['E0102 0:0-2']);
  });
});
