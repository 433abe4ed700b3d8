import { expect, test } from 'vitest';
import { couldTakeForEver } from './pattern.ts';

test.each(['(a+)+$', '((a+))+$', '(a|aa)+$', '(?:a*)*', '(a?)+', '((a|b)|a)*', '.*.*.*.*.*x', '(.|a)*', '([a]+x?){9}'])(
  '%s could take for ever',
  (source) => expect(couldTakeForEver(source, 4)).toBe(true),
);

test.each([
  '',
  'r0',
  '.*',
  '(a|b)*',
  '(\\d\\.)*',
  '(foo|bar)+',
  '(a+)',
  '[(+)]*',
  '\\(a+\\)+',
  'a.*b.*c',
  '(',
  ')',
  '[',
  '\\',
])('%s ends', (source) => expect(couldTakeForEver(source, 4)).toBe(false));
