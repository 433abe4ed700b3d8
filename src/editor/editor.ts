export function mountEditor(_place: HTMLElement): () => void {
  return () => {};
}
