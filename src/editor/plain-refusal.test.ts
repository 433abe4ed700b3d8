import { expect, test } from 'vitest';
import { plainRefusal } from './plain-refusal.ts';

test.each([
  ['R0 !read_ok', /r0 has no value.*before exit/],
  ['R7 !read_ok', /r7 is read before it is set/],
  ['div by zero', /constant 0/],
  ['invalid write to stack R10 off=-520 size=8', /^8 bytes below the stack/],
  ['invalid read from stack R10 off=-513 size=1', /^1 byte below the stack/],
  ['invalid write to stack R10 off=0 size=8', /^8 bytes above the stack/],
  ['no write support to tcp_sock at off 1600', /byte 1600 of tcp_sock can be read only/],
  ['infinite loop detected at insn 3', /^$/],
])('%s', (message, words) => {
  expect(plainRefusal(message)).toMatch(words);
});
