/* Declaration tags (`btf_decl_tag`): notes that a source attaches to its types, variables and functions. */
import type { Btf, BtfKindName } from './btf.ts';

export interface DeclarationTag {
  readonly text: string;
  /** the tagged type, variable or function */
  readonly kind: BtfKindName;
  readonly name: string;
  /** name of the tagged member or parameter, or its index when it has none; null: the tag is on the whole */
  readonly component: string | null;
}

export function declarationTags(btf: Btf): DeclarationTag[] {
  const tags: DeclarationTag[] = [];
  for (let i = 0; i < btf.count; i++) {
    const tag = btf.type(btf.idAt(i));
    const on = tag?.kind === 'DECL_TAG' ? btf.type(tag.type) : null;
    if (!tag || !on) continue;
    const index = tag.extra | 0;
    const parts = on.kind === 'FUNC' ? (btf.type(on.type)?.params ?? []) : on.members;
    const component = index < 0 ? null : (parts[index]?.name ?? String(index));
    tags.push({ text: tag.name, kind: on.kind, name: on.name, component });
  }
  return tags;
}
