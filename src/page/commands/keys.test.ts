import { expect, test } from 'vitest';
import { isSingle, keyOf } from './keys.ts';

const press = (key: string, held: readonly string[] = []) => ({
  key,
  ctrlKey: held.includes('ctrl'),
  metaKey: held.includes('meta'),
  shiftKey: held.includes('shift'),
  altKey: held.includes('alt'),
});

test('keys are named with their modifiers', () => {
  expect(keyOf(press('n'))).toBe('N');
  expect(keyOf(press('N', ['shift']))).toBe('Shift+N');
  expect(keyOf(press('F11', ['shift']))).toBe('Shift+F11');
  expect(keyOf(press('Enter', ['ctrl', 'shift']))).toBe('Ctrl+Shift+Enter');
  expect(keyOf(press('k', ['meta']))).toBe('Ctrl+K');
  expect(keyOf(press(' '))).toBe('Space');
});

test('Shift is not named for signs that need it to be typed', () => {
  expect(keyOf(press('?', ['shift']))).toBe('?');
});

test('single-character keys are those that could be typed text', () => {
  expect(['N', 'Shift+N', ',', '1', '?', 'Space'].every(isSingle)).toBe(true);
  expect(['F5', 'Ctrl+K', 'Shift+F11', 'Home', 'Escape'].some(isSingle)).toBe(false);
});
