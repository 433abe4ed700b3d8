/* Pictures as files: with the theme's colours written out; the browser draws the PNG. */
import interUrl from '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?url';
import monoUrl from '@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2?url';
import { errnoName, toBase64 } from '../../engine/index.ts';
import { svgFile } from '../../page/export/svg-file.ts';
import type { Paper } from '../../page/export/talk-html.ts';
import type { Talk } from '../../page/present/talk.ts';
import { DESK, type Scene, type Theme } from '../../views/scene.ts';
import { stageScene } from '../../views/stage/stage.ts';
import { pagePalette } from '../scene/page-colours.ts';

const FONTS = [
  ['Inter Variable', interUrl],
  ['JetBrains Mono Variable', monoUrl],
] as const;

/** The two fonts as data URLs, for self-contained pictures. */
export async function fontStyle(): Promise<string> {
  const faces = FONTS.map(async ([family, url]) => {
    const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
    const data = `data:font/woff2;base64,${toBase64(bytes)}`;
    return `@font-face{font-family:"${family}";font-weight:100 900;src:url(${data}) format("woff2")}`;
  });
  return (await Promise.all(faces)).join('');
}

export const svgOf = (scene: Scene, theme: Theme, style = ''): string => svgFile(scene, theme, pagePalette(), style);

/** Colours of the ground and the text around a talk's pictures. */
export const paper = (): Paper => {
  const { colour } = pagePalette();
  return { ground: colour('var(--surface-1)'), ink: colour('var(--text)'), line: colour('var(--line-strong)') };
};

/** Pixels of a PNG per CSS pixel. */
const PNG_SCALE = 2;

export async function pngOf(svg: string, { width, height }: Scene): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(width * PNG_SCALE);
    canvas.height = Math.round(height * PNG_SCALE);
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (!blob) throw new Error('the browser could not draw it');
    return blob;
  } finally {
    URL.revokeObjectURL(url);
  }
}

const SLIDE = { width: 1600, height: 900 };

/** The scenes of a talk, a slide each. */
export const slidesOf = (talk: Talk): readonly Scene[] =>
  talk.steps.map((step, i) =>
    stageScene({ ...step, history: talk.history, n: i + 1, of: talk.steps.length, errno: errnoName }, SLIDE, DESK),
  );
