/** The entry of a list at an index; throws a RangeError when there is none. */
export function entryOf<T>(list: ArrayLike<T>, index: number): T {
  const found = list[index];
  if (found === undefined) throw new RangeError(`nothing at ${index} of ${list.length}`);
  return found;
}

/** Moves items down so that neighbours are at least `apart` px apart; returns them sorted by y. */
export function spreadDown(places: readonly { y: number }[], apart: number): void {
  let least = Number.NEGATIVE_INFINITY;
  for (const place of places) {
    place.y = Math.max(place.y, least);
    least = place.y + apart;
  }
}

/** The number at an index that the caller has bounded: for loops that run for each picture. */
export const numberAt = (list: ArrayLike<number>, index: number): number => list[index] ?? 0;
