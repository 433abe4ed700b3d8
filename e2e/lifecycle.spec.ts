import { expect, test } from './fixtures.ts';

test('the whole scenario by keyboard: from TOBEFREE to FREED, and back to before the first map', async ({ lab }) => {
  await expect(
    lab.page.getByText('struct_ops lets a BPF program be the kernel’s TCP congestion control'),
  ).toBeVisible();
  await expect(lab.lifecycle).toContainText('Map A is deleted while three connections use it');
  await expect.poll(async () => [await lab.refcnt('A'), await lab.refcnt('B')]).toEqual([3, 3]);

  const counts: (number | null)[] = [];
  for (let i = 0; i < 12; i++) {
    if ((await lab.station('FREED').textContent())?.includes('map A')) break;
    await lab.step('n');
    counts.push(await lab.refcnt('A'));
  }
  await lab.expectAt('A', 'FREED');
  expect(counts.filter((count) => count !== null && count < 3).slice(0, 3)).toEqual(expect.arrayContaining([2, 1]));

  for (let i = 0; i < 30; i++) {
    if ((await lab.time()).startsWith('0.0')) break;
    await lab.step('Shift+N');
  }
  await expect(lab.station('INIT')).toHaveText('INIT: no map');
  await lab.press('n');
  await lab.expectAt('A', 'INIT');
  await lab.press('n');
  await lab.expectAt('A', 'INUSE');
  await expect.poll(() => lab.refcnt('A')).toBe(1);
});

test('a taken name gives EEXIST, and shows the check that returned it', async ({ lab }) => {
  await lab.command('Name already taken');
  await lab.expectAt('B', 'INIT');
  await expect(lab.lifecycle).toContainText('EEXIST');
  await lab.command('Show the checks');
  await expect(lab.lifecycle).toContainText('EEXIST');
  await expect(lab.page.getByRole('tab', { name: 'Checks', selected: true })).toBeVisible();
});

test('play advances time, pause stops it', { tag: '@long' }, async ({ lab }) => {
  await lab.step('F5');
  await lab.press('F5');
  await expect(lab.status).toContainText('Paused');
  const paused = await lab.time();
  await lab.page.waitForTimeout(300);
  expect(await lab.time()).toBe(paused);
});
