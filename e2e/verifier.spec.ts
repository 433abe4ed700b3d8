/** Verifier output: of a text, and of a log from a real kernel. */
import { drop, expect, test } from './fixtures.ts';

const LOG = `0: R1=ctx() R10=fp0
0: (79) r6 = *(u64 *)(r1 +0)          ; R1=ctx() R6_w=scalar()
1: (25) if r6 > 0x7 goto pc+2         ; R6_w=scalar(umax=7)
2: (b7) r0 = 0                        ; R0_w=0
3: (95) exit

from 1 to 4: R1=ctx() R6_w=scalar(umin=8) R10=fp0
4: (bf) r0 = r7
R7 !read_ok
processed 6 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0
`;

test("a kernel's log is walked like our own verdicts", async ({ lab, page }) => {
  await drop(page, 'kernel.log', Buffer.from(LOG));
  const verifier = page.getByRole('region', { name: 'Verifier' });
  await expect(verifier).toContainText("holds the log of a kernel's verifier");
  await expect(verifier).toContainText('R7 !read_ok');
  const walk = verifier.getByLabel(/^Place on path 1/);
  await expect(walk).toHaveAttribute('aria-valuetext', 'instruction 4: r0 = r7');
  await walk.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(walk).toHaveAttribute('aria-valuetext', /^instruction 1/);
  const known = verifier.getByRole('table', { name: 'What the verifier knows here' });
  await expect(known.getByRole('row', { name: /R6/ })).toContainText('scalar() becomes scalar(umin=8)');
  // log lines that are not instructions are not errors
  await expect(lab.programs.getByRole('button', { name: '1 problem' })).toBeVisible();
});
