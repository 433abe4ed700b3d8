import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import { createRoot } from 'react-dom/client';
import { startScenario } from './ui/commands/lab.ts';
import { listenToKeys } from './ui/commands/keyboard.ts';
import { App } from './ui/shell/app.tsx';
import { choices } from './ui/store/choices.ts';
import './ui/theme/tokens.css';
import './ui/styles/page.css';
import './ui/styles/controls.css';
import './ui/styles/shell.css';
import './ui/styles/panes.css';
import './ui/styles/overlays.css';

const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
listenToKeys();
startScenario(choices().scenario ?? '');
