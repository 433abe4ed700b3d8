import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { array, assert as check, constantFrom, nat, oneof, property, string, tuple } from 'fast-check';
import { describe, test } from 'vitest';
import { runs } from '../base/testing/runs.ts';
import { assemble } from './assembler.ts';
import { symbols } from './testing/symbols.ts';

const RENO = readFileSync(join(import.meta.dirname, '../../scenarios/programs/bpf_reno.s'), 'utf8');

/** Text made of pieces of the syntax reaches deeper code than random letters. */
const pieces = constantFrom(
  ...'r0 r1 w2 r10 r11 = += s>>= ( ) * + - , : [ ] u32 s8 ll if goto gotol call exit lock mask skb .section struct_ops/ssthresh .name "x" tcp_sock.snd_cwnd tcp_ca_event.X 5 0x 0xffffffffff -1 done done: \n /* */ ; # atomic_fetch_add cmpxchg_64 load_acquire constructor __proto__ toString'.split(
    ' ',
  ),
);

describe('never throws', () => {
  const parses = (text: string): boolean => Array.isArray(assemble(text, symbols).diagnostics);

  test('any text gives a program or errors', () => {
    check(property(string({ unit: 'binary', maxLength: 200 }), parses), { numRuns: runs(300, 5000) });
    check(
      property(array(oneof(pieces, pieces, string({ maxLength: 3 })), { maxLength: 60 }), (words) =>
        parses(words.join(' ')),
      ),
      {
        numRuns: runs(1000, 20000),
      },
    );
  });

  test('Reno with a part cut out or replaced gives a program or errors', () => {
    check(
      property(tuple(nat(RENO.length), nat(40), oneof(pieces, string({ maxLength: 5 }))), ([at, length, inserted]) =>
        parses(RENO.slice(0, at) + inserted + RENO.slice(at + length)),
      ),
      { numRuns: runs(300, 10000) },
    );
  });
});
