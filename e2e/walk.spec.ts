/* Every scenario by keyboard, from start to end: the page shows its facts in words, each at its time. */
import { createServer } from 'vite';
import type { ExpectedFact, Scenario } from '../src/engine/index.ts';
import { expect, type Lab, share, test } from './fixtures.ts';

/** The scenarios with their texts, which can only be imported through the bundler. */
async function allScenarios(): Promise<readonly Scenario[]> {
  const server = await createServer({ server: { middlewareMode: true }, appType: 'custom', logLevel: 'error' });
  const { ALL_SCENARIOS } = await server.ssrLoadModule('/src/scenarios/all.ts');
  await server.close();
  return ALL_SCENARIOS as readonly Scenario[];
}

interface Stop {
  /** engine time, ms, as the slider says it */
  readonly at: number;
  /** text of the lifecycle, of the processes pane and of the slider */
  readonly words: string;
}

/** Reads all parts in one call, so that nothing changes in between. */
const look = (lab: Lab): Promise<Stop & { readonly ready: boolean }> =>
  lab.page.evaluate(() => {
    const said = (selector: string): string =>
      [...document.querySelectorAll(selector)]
        .map((one) => one.getAttribute('aria-label') ?? one.textContent ?? '')
        .join('\n');
    const time = document.querySelector('[role=slider][aria-label=Time]')?.getAttribute('aria-valuetext') ?? '';
    const words = [
      time,
      said('[aria-label=Lifecycle] [role=button], [aria-label=Lifecycle] button'),
      said('ul[aria-label="Lifecycle of the maps"] li'),
      said('[aria-label="Kernel objects"] [role=tabpanel]'),
    ].join('\n');
    return {
      at: Number.parseFloat(time.replaceAll(',', '')),
      words: words.replace(/[\s\u00a0]+/g, ' '),
      ready: /Paused/.test(document.querySelector('footer')?.textContent ?? ''),
    };
  });

/** Presses a key until the page says that nothing follows. Returns all places. */
async function walk(lab: Lab, key: string, most: number): Promise<Stop[]> {
  const stops = [await look(lab)];
  const ended = lab.notices.getByText(/^No (map changes|system call) after/);
  // notices of an earlier walk
  if ((await ended.count()) > 0) await lab.press('Escape');
  await expect(ended).toHaveCount(0);
  for (let i = 0; i < most; i++) {
    const { words } = stops[stops.length - 1];
    await lab.press(key);
    const moved = async (): Promise<boolean> => {
      const now = await look(lab);
      return now.ready && now.words !== words;
    };
    await expect
      .poll(async () => (await ended.count()) > 0 || (await moved()), { intervals: [20, 40, 80], timeout: 20_000 })
      .toBe(true);
    if ((await ended.count()) > 0) break;
    stops.push(await look(lab));
  }
  return stops;
}

/** What the page said at the last stop before a time. */
const saidAt = (stops: readonly Stop[], ns: number): string => stops.findLast(({ at }) => at <= ns / 1e6)?.words ?? '';

function mapProblem(words: string, { map, state, refs }: ExpectedFact): string | null {
  const station = new RegExp(`${state}: maps?[^:]*\\b${map}\\b`);
  if (state !== undefined && !station.test(words)) return `map ${map} is not ${state}`;
  const [, count = '0'] = new RegExp(`Map ${map},[^"]*?(\\d+) references?`).exec(words) ?? [];
  return refs === undefined || Number(count) === refs ? null : `map ${map} has ${count} references, not ${refs}`;
}

function callProblem(words: string, { errno, said }: ExpectedFact): string | null {
  const call = /Last call (.*?)(?= (?:INIT|INUSE|READY|TOBEFREE|FREED): |$)/.exec(words)?.[1] ?? '';
  const refused = / = -(E[A-Z\d]+)/.exec(call)?.[1] ?? '0';
  if (errno !== undefined && refused !== errno) return `the last call answered ${refused}, not ${errno}: ${call}`;
  return said === undefined || words.includes(said.replace(/\s+/g, ' ')) ? null : `it does not say ${said}`;
}

/** Until the run stands there, any change of the page could be taken for the effect of the next key. */
async function toStart(lab: Lab): Promise<void> {
  await lab.command('To the start');
  await expect.poll(() => lab.time()).toMatch(/^0(\.0)? ms/);
}

async function problemsOf(lab: Lab, { title, steps, expect: facts }: Scenario): Promise<string[]> {
  await lab.command(`Scenario: ${title}`);
  await expect(lab.page.getByRole('button', { name: /^Scenario:/ })).toContainText(title);
  await lab.command('Show processes');
  await expect.poll(async () => (await look(lab)).ready).toBe(true);
  await toStart(lab);
  const ofMaps = facts.filter(({ map }) => map !== undefined);
  const ofCalls = facts.filter(({ errno, said }) => errno !== undefined || said !== undefined);
  const changes = await walk(lab, 'n', 60);
  const problems = ofMaps.map((fact) => [fact, mapProblem(saidAt(changes, fact.at), fact)] as const);
  if (ofCalls.length > 0) {
    await toStart(lab);
    const calls = await walk(lab, '.', steps.length + 5);
    problems.push(...ofCalls.map((fact) => [fact, callProblem(saidAt(calls, fact.at), fact)] as const));
  }
  return problems.flatMap(([fact, problem]) =>
    problem === null ? [] : [`${fact.at / 1e6} ms, ${fact.text}: ${problem}`],
  );
}

test('every scenario by keyboard, from start to end: the page shows each of its facts in words', async ({ lab }) => {
  test.setTimeout(process.env.SOAK ? 1_200_000 : 180_000);
  const found = new Map<string, string[]>();
  for (const scenario of share(await allScenarios(), 3)) {
    const problems = await problemsOf(lab, scenario);
    if (problems.length > 0) found.set(scenario.title, problems);
  }
  expect([...found]).toEqual([]);
});
