/* The sheet of everything that can be saved as a file. */
import { entryOf } from '../../engine/index.ts';
import { useState } from 'react';
import { queueCsv, callsJson, ledgerJson, sequenceMermaid, seriesCsv } from '../../page/export/tables.ts';
import { talkHtml } from '../../page/export/talk-html.ts';
import { zip } from '../../page/export/zip.ts';
import { makeTalk } from '../../page/present/talk.ts';
import { saveFile } from '../../page/share/save.ts';
import { type ShownScene, shownScenes } from '../../page/shown-scenes.ts';
import { lab, notify } from '../../page/store/lab.ts';
import { showOverlay } from '../../page/store/overlay.ts';
import { DESK } from '../../views/scene.ts';
import { Sheet } from '../controls/sheet.tsx';
import { fontStyle, paper, pngOf, slidesOf, svgOf } from './pictures.ts';

const fileName = (label: string, ending: string): string =>
  `${label
    .toLowerCase()
    .replace(/[^\w]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60)}.${ending}`;

const saveSvg = ({ scene, theme }: ShownScene): void =>
  saveFile(fileName(scene.label, 'svg'), svgOf(scene, theme), 'image/svg+xml');

async function savePng({ scene, theme }: ShownScene): Promise<void> {
  const blob = await pngOf(svgOf(scene, theme, await fontStyle()), scene);
  saveFile(fileName(scene.label, 'png'), blob, 'image/png');
}

type Run = NonNullable<ReturnType<typeof runNow>>;

function runNow() {
  const { cold, history, scenario } = lab();
  return cold && history && scenario ? { cold, history, name: scenario.id } : null;
}

/** Files about the whole run: title, file extension, media type, content. */
const TABLES: readonly (readonly [string, string, string, (run: Run) => string])[] = [
  ['Windows, thresholds and round trip times', 'series.csv', 'text/csv', ({ history }) => seriesCsv(history)],
  ['Length of the queue', 'queue.csv', 'text/csv', ({ history }) => queueCsv(history)],
  ['System calls with their checks', 'calls.json', 'application/json', ({ history }) => callsJson(history)],
  ['The ledger of references', 'ledger.json', 'application/json', ({ cold, history }) => ledgerJson(cold, history)],
  ['The sequence of calls as Mermaid text', 'sequence.mmd', 'text/plain', ({ history }) => sequenceMermaid(history)],
];

const numbered = (i: number, ending: string): string => `${String(i + 1).padStart(2, '0')}.${ending}`;

async function talkNow() {
  const talk = await makeTalk();
  if (talk) return talk;
  notify({
    kind: 'info',
    title: 'This run has no talk',
    detail: 'A talk needs captions: open a scenario, or record one.',
  });
  return null;
}

async function saveTalkSvg(): Promise<void> {
  const talk = await talkNow();
  if (!talk) return;
  const files = slidesOf(talk).map((scene, i) => ({
    name: numbered(i, 'svg'),
    bytes: new TextEncoder().encode(svgOf(scene, DESK)),
  }));
  saveFile(fileName(talk.title, 'svg.zip'), new Blob([zip(files) as Uint8Array<ArrayBuffer>]), 'application/zip');
}

async function saveTalkPng(): Promise<void> {
  const talk = await talkNow();
  if (!talk) return;
  const style = await fontStyle();
  const files = [];
  for (const [i, scene] of slidesOf(talk).entries()) {
    const blob = await pngOf(svgOf(scene, DESK, style), scene);
    files.push({ name: numbered(i, 'png'), bytes: new Uint8Array(await blob.arrayBuffer()) });
  }
  saveFile(fileName(talk.title, 'png.zip'), new Blob([zip(files) as Uint8Array<ArrayBuffer>]), 'application/zip');
}

async function saveTalkHtml(): Promise<void> {
  const talk = await talkNow();
  if (!talk) return;
  const slides = slidesOf(talk).map((scene, i) => ({ ...entryOf(talk.steps, i), svg: svgOf(scene, DESK) }));
  saveFile(fileName(talk.title, 'html'), talkHtml(talk.title, slides, paper(), await fontStyle()), 'text/html');
}

/** Makes a file under its name, which is shown meanwhile; a failure is told. */
type Work = (what: string, act: () => Promise<void>) => () => void;

export function ExportSheet() {
  const [busy, setBusy] = useState<string | null>(null);
  const work: Work = (what, act) => () => {
    setBusy(what);
    act()
      .catch((error: unknown) => notify({ kind: 'error', title: `${what} could not be saved`, detail: String(error) }))
      .finally(() => setBusy(null));
  };
  return (
    <Sheet title="Save as files">
      <p className="note" role="status">
        {busy ? `Making: ${busy}` : 'In the colours of the page’s theme.'}
      </p>
      <Pictures work={work} />
      <Tables />
      <Talk work={work} />
      <div className="row">
        <button
          type="button"
          className="button"
          onClick={() => {
            showOverlay(null);
            requestAnimationFrame(() => window.print());
          }}
        >
          Print the page
        </button>
      </div>
    </Sheet>
  );
}

interface Working {
  readonly work: Work;
}

function Pictures({ work }: Working) {
  const [pictures] = useState(shownScenes);
  return (
    <>
      <h3>Pictures on the page</h3>
      <ul className="sheet-list">
        {pictures.map((picture) => {
          const { label } = picture.scene;
          return (
            <Row key={label} title={label}>
              <Save what={label} as="SVG" onSave={() => saveSvg(picture)} />
              <Save what={label} as="PNG" onSave={work(label, () => savePng(picture))} />
            </Row>
          );
        })}
      </ul>
    </>
  );
}

function Tables() {
  const run = runNow();
  return (
    <>
      <h3>The run</h3>
      <ul className="sheet-list">
        {run &&
          TABLES.map(([title, ending, type, make]) => (
            <Row key={ending} title={title}>
              <Save
                what={title}
                as={ending.replace(/^.*\./, '').toUpperCase()}
                onSave={() => saveFile(`${run.name}.${ending}`, make(run), type)}
              />
            </Row>
          ))}
      </ul>
    </>
  );
}

function Talk({ work }: Working) {
  return (
    <>
      <h3>The talk</h3>
      <ul className="sheet-list">
        <Row title="A numbered picture of every step">
          <Save what="Every step" as="SVG" onSave={work('Every step', saveTalkSvg)} />
          <Save what="Every step" as="PNG" onSave={work('Every step', saveTalkPng)} />
        </Row>
        <Row title="One file that opens anywhere, without this page">
          <Save what="The talk" as="HTML" onSave={work('The talk', saveTalkHtml)} />
        </Row>
      </ul>
    </>
  );
}

const Row = ({ title, children }: { readonly title: string; readonly children: React.ReactNode }) => (
  <li className="row">
    <span className="grow">{title}</span>
    {children}
  </li>
);

interface SaveProps {
  readonly what: string;
  readonly as: string;
  readonly onSave: () => void;
}

const Save = ({ what, as, onSave }: SaveProps) => (
  <button type="button" className="button" aria-label={`${what} as ${as}`} onClick={onSave}>
    {as}
  </button>
);
