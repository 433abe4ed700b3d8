import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import { createRoot } from 'react-dom/client';
import { warmUp } from './page/engine/engine.ts';
import { startScenario } from './page/commands/lab.ts';
import { tellKept } from './page/keep/tell-kept.ts';
import { followUndo } from './page/keep/undo.ts';
import { listenToKeys } from './page/commands/keyboard.ts';
import { followProgram } from './page/engine/follow-program.ts';
import { followHeat } from './page/engine/heat.ts';
import { App } from './ui/shell/app.tsx';
import { tellNotes } from './ui/shell/notes.ts';
import { choices } from './page/store/choices.ts';
import './ui/theme/tokens.css';
import './ui/styles/page.css';
import './ui/styles/controls.css';
import './ui/styles/shell.css';
import './ui/styles/panes.css';
import './ui/styles/listings.css';
import './ui/styles/overlays.css';
import './ui/styles/forced.css';

/** Delay before the service worker is installed, so that it does not slow the first picture, ms. */
const OFFLINE_MS = 3000;

const root = document.getElementById('root');
const speaker = /^#speaker=([\w.-]+)$/.exec(location.hash)?.[1];

/** Opens what the address asks for; otherwise where the user left off. */
async function openAddress(): Promise<void> {
  if (location.hash.length < 2) return startScenario(choices().scenario ?? '');
  const share = await import('./page/share/address.ts').catch(() => null);
  if (share) await share.openHash(location.hash);
  else startScenario(choices().scenario ?? '');
}

function startPage(place: HTMLElement): void {
  warmUp(choices().kernel);
  createRoot(place).render(<App />);
  listenToKeys();
  followHeat();
  followProgram();
  followUndo();
  tellKept();
  tellNotes();
  window.addEventListener('hashchange', () => location.hash.length > 1 && void openAddress());
  void openAddress();
  if (import.meta.env.PROD)
    setTimeout(() => void import('./page/offline.ts').then(({ keepOffline }) => keepOffline()), OFFLINE_MS);
}

/** Starts the speaker's window of a talk, without engine and texts. */
async function startSpeaker(place: HTMLElement, name: string): Promise<void> {
  const { Speaker } = await import('./ui/present/speaker.tsx');
  createRoot(place).render(<Speaker name={name} />);
}

if (root) {
  if (speaker === undefined) startPage(root);
  else void startSpeaker(root, speaker);
}
