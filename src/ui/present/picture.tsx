import { createElement, type CSSProperties, memo, type ReactElement, useId } from 'react';
import type { Scene } from '../../views/scene.ts';
import { DESK } from '../../views/scene.ts';
import { markNode, sceneDefs, type SvgNode } from '../../views/svg.ts';

function element({ tag, key, attributes, children, text }: SvgNode): ReactElement {
  const { transform, ...rest } = attributes;
  const style: CSSProperties | undefined = transform === undefined ? undefined : { transform: String(transform) };
  return createElement(tag, { key, ...rest, ...(style ? { style } : {}) }, text ?? children.map(element));
}

/** A scene without buttons, scaled to its place. Its text for screen readers is elsewhere. */
export const Picture = memo(function Picture({ scene }: { readonly scene: Scene }) {
  const scope = useId().replace(/[^\w-]/g, '');
  return (
    <svg className="picture" viewBox={`0 0 ${scene.width} ${scene.height}`} role="img" aria-label={scene.label}>
      <defs>{sceneDefs(scene, scope).map(element)}</defs>
      {scene.marks.map((mark) => element(markNode(mark, { scope, theme: DESK })))}
    </svg>
  );
});
