/* The inspector on the page, if any: commands act on it without loading it. */
export interface InspectorLink {
  /** follows a pointer; null: the selected one */
  readonly follow: (path: string | null) => void;
  readonly step: (direction: 1 | -1) => void;
}

let link: InspectorLink | null = null;

export const inspectorLink = (): InspectorLink | null => link;
export const setInspectorLink = (inspector: InspectorLink | null): void => {
  link = inspector;
};
