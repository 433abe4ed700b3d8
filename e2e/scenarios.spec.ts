/* Scenarios on kernels that lack what they need. */
import { expect, test } from './fixtures.ts';

test('the page says what the kernel lacks, and offers a kernel that has it', async ({ lab, page }) => {
  await lab.command('Kernel v6.1');
  await lab.expectAt('A', 'TOBEFREE');
  await lab.command('Scenario: Swap by link update');
  const about = page.getByRole('region', { name: 'About this page' });
  await expect(about).toContainText(
    'v6.1 does not have what this scenario needs: links of struct_ops maps (since 6.4)',
  );
  await expect(lab.lifecycle).toContainText('Not as this scenario says');
  await page.getByRole('button', { name: /^Kernel:/ }).press('Enter');
  await expect(page.getByRole('menuitemradio', { name: /v5\.6/ })).toContainText('This scenario needs links');
  await lab.press('Escape');
  await about.getByRole('button', { name: 'Open it on v6.12' }).press('Enter');
  await lab.expectAt('B', 'READY');
  await expect(about).not.toContainText('does not have');
});
