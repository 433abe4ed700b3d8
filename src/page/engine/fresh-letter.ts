import { freeLetter, lettersIn, type MapLetter } from '../../engine/index.ts';
import { lab } from '../store/lab.ts';

/** The letter for a map that the user makes: those of the scenario's maps are kept for them. */
export function freshLetter(): MapLetter {
  const { cold, scenario } = lab();
  return freeLetter([...(cold?.maps ?? []).map(({ letter }) => letter), ...lettersIn(scenario?.steps ?? [])]);
}
