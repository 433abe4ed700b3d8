/** The built page, served from a deep path with its policy as headers, and functions for what a person does by keyboard. */
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type Locator, type Page } from '@playwright/test';
import { serve } from '../scripts/serve.mjs';

/** A deep path, since the site must work from any. */
const BASE = '/any/where/at/all/';

export const test = base.extend<{ lab: Lab }, { site: string }>({
  site: [
    async ({}, use) => {
      const { server, url } = await serve(join(import.meta.dirname, '..', 'dist'), 0, BASE);
      await use(url);
      server.close();
    },
    { scope: 'worker' },
  ],
  lab: async ({ page, site }, use) => {
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    const lab = new Lab(page, site);
    await lab.open();
    await use(lab);
    expect(problems, 'errors in the page').toEqual([]);
  },
});

export { expect };

/** All cases in `npm run soak`, the first `few` in `npm test`. */
export const share = <T>(all: readonly T[], few: number): readonly T[] => (process.env.SOAK ? all : all.slice(0, few));

/**
 * Violations that axe finds on the page in its current state, by all rules. Without frames no second page is needed to
 * join reports, and only violations are reported, which takes a quarter of the time.
 */
export async function violations(page: Page): Promise<string[]> {
  expect(page.frames()).toHaveLength(1);
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] });
  const { violations: found } = await axe.analyze();
  return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where an element is on the page, px; empty if it is not drawn. */
export const boxOf = async (locator: Locator): Promise<Box> =>
  (await locator.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };

export class Lab {
  constructor(
    readonly page: Page,
    readonly site: string,
  ) {}

  async open(): Promise<void> {
    await this.page.goto(this.site);
    await this.expectAt('A', 'TOBEFREE');
    await expect(this.status).toContainText('Paused');
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Text of a station in the lifecycle: `TOBEFREE: map A`, `FREED: no map`. */
  station(state: string): Locator {
    const words = this.page.getByRole('list', { name: 'Lifecycle of the maps' }).getByRole('listitem');
    return words.filter({ hasText: new RegExp(`^${state}:`) });
  }

  async expectAt(letter: string, state: string): Promise<void> {
    await expect(this.station(state)).toHaveText(new RegExp(`maps?\\b.*\\b${letter}\\b`), { timeout: 20_000 });
  }

  get status(): Locator {
    return this.page.getByRole('contentinfo');
  }

  get lifecycle(): Locator {
    return this.page.getByRole('region', { name: 'Lifecycle' });
  }

  get programs(): Locator {
    return this.page.getByRole('region', { name: 'Programs' });
  }

  get notices(): Locator {
    return this.page.getByRole('log', { name: /Notices/ });
  }

  /** refcnt of a map from the text of the timeline; null if the text lacks it. */
  async refcnt(letter: string): Promise<number | null> {
    const words = this.page.getByRole('list', { name: 'Timeline' });
    const match = new RegExp(`Map ${letter} has (\\d+) reference`).exec((await words.textContent()) ?? '');
    return match ? Number(match[1]) : null;
  }

  /** Engine time under the playhead, as the time slider says it. */
  async time(): Promise<string> {
    return (await this.page.getByRole('slider', { name: 'Time' }).getAttribute('aria-valuetext')) ?? '';
  }

  /** Presses a key that moves the run, and waits until the page is at another time. */
  async step(key: string): Promise<void> {
    const before = await this.time();
    await this.press(key);
    await expect.poll(() => this.time(), `time after ${key}`).not.toBe(before);
  }

  /** Runs a command by its name through the palette, as a keyboard user does. */
  async command(name: string): Promise<void> {
    await this.press('Control+k');
    const palette = this.page.getByRole('combobox', { name: 'Command' });
    await expect(palette).toBeFocused();
    await this.page.keyboard.type(name);
    await expect(this.page.getByRole('option', { selected: true })).toContainText(name);
    await this.press('Enter');
    await expect(palette).toHaveCount(0);
  }

  /** Puts the cursor into the program text. */
  async edit(): Promise<void> {
    const text = this.programs.getByRole('textbox');
    await expect(text).toBeAttached({ timeout: 20_000 });
    await this.command('To the editor');
    await expect(text).toBeFocused();
  }

  /** Replaces the whole text of the open tab. */
  async replaceText(text: string): Promise<void> {
    await this.edit();
    await this.press('Control+a');
    await this.page.keyboard.insertText(text);
  }
}

/** Drops a file on the page, as from a folder. */
export async function drop(page: Page, name: string, bytes: Buffer): Promise<void> {
  const data = await page.evaluateHandle(
    ([file, base64]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], file));
      return transfer;
    },
    [name, bytes.toString('base64')],
  );
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
}
