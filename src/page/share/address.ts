/* Opens what the page's address requests after its `#`. */
import { startScenario } from '../commands/lab.ts';
import { choices } from '../store/choices.ts';
import { lab, notify } from '../store/lab.ts';
import { useOverlay } from '../store/overlay.ts';
import { forceTheme } from '../store/theme.ts';
import { readHash } from './link.ts';
import { openLabDoc } from './open.ts';
import { listenToParent } from './remote.ts';

/** Whether anything has been opened on this page. */
const isOpen = (): boolean => lab().scenario !== null;

/** Removes the hash after opening it, so that a reload continues from the draft, not from the link. */
const forget = (): void => history.replaceState(null, '', location.pathname + location.search);

let listening = false;
function listenOnce(): void {
  if (!listening) listenToParent();
  listening = true;
}

/** Opens what a hash names. An unreadable link is reported, and the page opens, or stays, as without it. */
export async function openHash(hash: string): Promise<void> {
  const { lab: linked, theme, embed } = await readHash(hash);
  if (theme) forceTheme(theme);
  listenOnce();
  if (embed === null) forget();
  else useOverlay.setState({ embed });
  const opened = linked?.ok === true && (await openLabDoc(linked.value, false));
  if (linked && !linked.ok) {
    notify({
      lasting: true,
      kind: 'error',
      title: 'This link cannot be opened',
      detail: `${linked.problem}. Ask for it again, or for the lab as a file.`,
    });
  }
  if (!opened && !isOpen()) startScenario(choices().scenario ?? '');
}
