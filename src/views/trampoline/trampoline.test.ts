import { describe, expect, it } from 'vitest';
import { coldAt } from '../testing/snapshots.ts';
import { clippedTexts, touchingTexts } from '../testing/text-boxes.ts';
import { zoomedRoom, zoomOf } from '../zoom.ts';
import { chainLeast, imageStripScene, stripLeast, trampolineChainScene } from './trampoline.ts';

const [, map] = coldAt(585).maps;
const [{ member }] = map.trampolines;

describe('trampolines', () => {
  it('texts do not overlap, at any text size', () => {
    for (const width of [330, 372, 620]) {
      for (const scale of [1, 1.2, 1.6]) {
        // the heights of their places in src/ui/styles/panes.css
        const [chain, strip] = [60, 112].map((height) => ({ width, height: height * scale }));
        const zooms = [zoomOf(scale, chain, chainLeast()), zoomOf(scale, strip, stripLeast({ map }))];
        const scenes = [
          trampolineChainScene({ map, member, offset: 64 }, zoomedRoom(chain, zooms[0])),
          imageStripScene({ map, lit: null }, zoomedRoom(strip, zooms[1])),
        ];
        for (const scene of scenes)
          expect([...touchingTexts(scene), ...clippedTexts(scene)], `${scene.label}, ${width} at ${scale}`).toEqual([]);
        if (width === 620) expect(zooms).toEqual([scale, scale]);
      }
    }
  });
});
