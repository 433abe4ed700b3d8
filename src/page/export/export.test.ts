/** Files for other programs agree with the run. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 as nodeCrc } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { replaceWhileConnected } from '../../views/testing/snapshots.ts';
import { DESK } from '../../views/scene.ts';
import { stageScene } from '../../views/stage/stage.ts';
import { clippedTexts, touchingTexts } from '../../views/testing/text-boxes.ts';
import { svgFile } from './svg-file.ts';
import { callsJson, ledgerJson, queueCsv, sequenceMermaid, seriesCsv } from './tables.ts';
import { talkHtml } from './talk-html.ts';
import { crc32, zip } from './zip.ts';

const { cold: now, history: run } = replaceWhileConnected();

test('series: one row per point, in order for each socket', () => {
  const [head, ...rows] = seriesCsv(run).trimEnd().split('\r\n');
  expect(head).toBe('time_ms,socket,map,cwnd,ssthresh,srtt_us,ca_state');
  expect(rows).toHaveLength(run.series.reduce((sum, { time }) => sum + time.length, 0));
  for (const row of rows) expect(row.split(',')).toHaveLength(7);
  expect(queueCsv(run).trimEnd().split('\r\n')).toHaveLength(run.queue.time.length + 1);
});

test('calls and ledger are JSON with each call, and their sums end at the count', () => {
  const calls = JSON.parse(callsJson(run)) as { n: number }[];
  expect(calls.map(({ n }) => n)).toEqual(run.calls.map(({ n }) => n));
  const ledger = JSON.parse(ledgerJson(now, run)) as { map: string; references: { sum: number }[] }[];
  expect(ledger.map(({ map }) => map)).toEqual(now.maps.map(({ letter }) => letter));
  const letters = new Set(now.maps.map(({ letter }) => letter));
  const rows = run.refs.filter(({ map }) => letters.has(map));
  expect(rows).toHaveLength(ledger.reduce((sum, { references }) => sum + references.length, 0));
});

test('Mermaid: every call is an arrow, and no text ends a statement early', () => {
  const lines = sequenceMermaid(run).trimEnd().split('\n');
  expect(lines[0]).toBe('sequenceDiagram');
  expect(lines.filter((line) => line.includes('->>'))).toHaveLength(run.calls.length);
  expect(lines.filter((line) => /[#;]/.test(line))).toEqual([]);
});

const PAPER = { ground: '#fff', ink: '#000', line: '#ccc' };

test('a picture as a file needs no style sheet', () => {
  const input = { cold: now, history: run, time: 9e8, event: 900, headline: 'A <b> & "c"', n: 1, of: 2, errno: String };
  const scene = stageScene(input, { width: 1600, height: 900 }, DESK);
  const svg = svgFile(scene, DESK, { colour: () => 'rgb(1, 2, 3)', glow: 0.28 });
  expect(svg).not.toContain('var(');
  expect(svg).toMatch(/<stop[^>]*stop-opacity="0\.28"/);
  expect(svg).toContain('A &lt;b&gt; &amp; &quot;c&quot;');
  const html = talkHtml('T <script>', [{ svg, headline: '<img onerror=x>', note: '</aside><script>' }], PAPER, '');
  expect(html).not.toMatch(/<img|<script>T|<\/aside><script>/);
  expect(html).not.toMatch(/(src|href)="http/);
  expect(html).toContain("default-src 'none'");
});

test('on the stage no texts overlap, at any size and text scale', () => {
  for (const [width, height] of [
    [1280, 720],
    [1920, 1080],
  ])
    for (const scale of [0.8, 1, 1.3]) {
      const input = {
        cold: now,
        history: run,
        time: 9e8,
        event: 900,
        headline: 'Map A is deleted',
        n: 7,
        of: 12,
        errno: String,
      };
      const scene = stageScene(input, { width, height }, { ...DESK, scale });
      expect({ clipped: clippedTexts(scene), touching: touchingTexts(scene) }).toEqual({ clipped: [], touching: [] });
    }
});

test('a zip holds its files, byte for byte', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      if (typeof nodeCrc === 'function') expect(crc32(bytes)).toBe(nodeCrc(bytes));
    }),
    { numRuns: 100 },
  );
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  const folder = mkdtempSync(join(tmpdir(), 'zip-'));
  const entries = [
    { name: '01.svg', bytes: new TextEncoder().encode('<svg/>') },
    { name: '02.svg', bytes: new Uint8Array() },
  ];
  writeFileSync(join(folder, 'a.zip'), zip(entries));
  // an independent reader; Python is on every machine that has the tests' browser
  execFileSync('python3', ['-m', 'zipfile', '-e', join(folder, 'a.zip'), join(folder, 'out')]);
  expect(readdirSync(join(folder, 'out'))).toEqual(['01.svg', '02.svg']);
  expect(readFileSync(join(folder, 'out', '01.svg'), 'utf8')).toBe('<svg/>');
});
