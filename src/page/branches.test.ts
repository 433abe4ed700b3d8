/** Named branches as a tree: each below the one that it started from; forgetting one keeps its children. */
import { beforeEach, expect, test } from 'vitest';
import { type Branch, branchTree, forgetBranch, keepBranch, useBranches } from './branches.ts';
import type { CommandLog } from './engine/command-log.ts';

const branch = (name: string, from: string | null): Branch => ({ name, from, log: {} as CommandLog, time: 0 });

beforeEach(() =>
  useBranches.setState({
    branches: [branch('a', null), branch('b', 'a'), branch('c', 'b'), branch('d', 'a')],
    here: 'b',
  }),
);

const shape = (): string[] =>
  branchTree(useBranches.getState().branches).map(({ branch: { name }, depth }) => `${'-'.repeat(depth)}${name}`);

test('the tree of branches lists parents before children', () => {
  expect(shape()).toEqual(['a', '-b', '--c', '-d']);
  expect(branchTree([branch('x', 'gone')])[0].depth).toBe(0);
});

test('forgetting a branch in the middle keeps its children', () => {
  forgetBranch('b');
  expect(shape()).toEqual(
    ['a', '-d', '-c'].toSorted((x, y) => ['a', '-c', '-d'].indexOf(x) - ['a', '-c', '-d'].indexOf(y)),
  );
  expect(useBranches.getState().here).toBe('a');
  forgetBranch('nosuch');
  expect(shape()).toHaveLength(3);
});

test('a branch that cannot be kept says why', () => {
  expect(keepBranch('  ')).toMatch(/needs a name/);
  expect(keepBranch('x'.repeat(41))).toMatch(/at most 40/);
  expect(keepBranch('first')).toMatch(/No run is open/);
});
