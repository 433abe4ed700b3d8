/** All that the page shows comes from the engine's memory: if a test changes that memory, the page follows. */
import type { Page } from '@playwright/test';
import { expect, Lab, test as base } from './fixtures.ts';

/** Runs before the engine: keeps its memory, and writes to it as messages on the test's own channel say. */
const SPY = `{
  const Real = WebAssembly.Memory;
  let bytes = null;
  WebAssembly.Memory = function (descriptor) {
    const memory = new Real(descriptor);
    bytes = new Uint8Array(memory.buffer);
    return memory;
  };
  WebAssembly.Memory.prototype = Real.prototype;
  new BroadcastChannel('spy').onmessage = ({ data: { find, write } }) => {
    outer: for (let at = 0; at + find.length < 0x1400000; at++) {
      for (let i = 0; i < find.length; i++) if (bytes[at + i] !== find[i]) continue outer;
      bytes.set(write, at);
    }
  };
}
`;

const test = base.extend({
  lab: async ({ page, site }, use) => {
    await page.route(/worker-[^/]*\.js$/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: SPY + (await response.text()) });
    });
    const lab = new Lab(page, site);
    await lab.open();
    await use(lab);
  },
});

async function poke(page: Page, find: number[], write: number[]): Promise<void> {
  await page.evaluate(
    (message) => {
      const channel = new BroadcastChannel('spy');
      channel.postMessage(message);
      setTimeout(() => channel.close(), 500);
    },
    { find, write },
  );
}

const ascii = (text: string): number[] => [...text].map((c) => c.charCodeAt(0));

test('a name changed in the kernel’s memory is the name on the page', async ({ lab }) => {
  await lab.press('2');
  const objects = lab.page.getByRole('main');
  await expect(objects).toContainText('bpf_aimd');
  // padding on both sides: the name member of a struct, not other text
  await poke(lab.page, [...ascii('bpf_aimd'), 0, 0, 0, 0, 0, 0, 0, 0], ascii('bpf_test'));
  // the engine is not told; the next frame reads the memory again
  await lab.press('F5');
  await expect(objects).toContainText('bpf_test', { timeout: 10_000 });
});

test('a window changed in a tcp_sock is the window on the page', { tag: '@long' }, async ({ lab }) => {
  await lab.command('Show the connections as a table');
  const row = lab.page.getByRole('region', { name: 'Flows' }).getByRole('row').filter({ hasText: 'bpf_reno' }).first();
  await expect(row).toBeVisible();
  const header = await lab.page.getByRole('region', { name: 'Flows' }).getByRole('columnheader').allTextContents();
  const u32 = (n: number): number[] => [n & 255, (n >> 8) & 255, n >> 16, 0];
  // the row may still show an earlier time, whose value is then not in memory
  await expect(async () => {
    const words = await row.getByRole('cell').allTextContents();
    const cwnd = Number(words[header.findIndex((name) => /cwnd/i.test(name))]);
    expect(cwnd).toBeGreaterThan(1);
    // mss_cache 1448 stands right before snd_cwnd in a tcp_sock of 6.12
    await poke(lab.page, [...u32(1448), ...u32(cwnd)], [...u32(1448), ...u32(777)]);
    await lab.press('F10');
    await expect(row).toContainText('777', { timeout: 2000 });
  }).toPass({ timeout: 20_000 });
});
