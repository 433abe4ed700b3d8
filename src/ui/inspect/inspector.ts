/* The inspector's panes: one chunk, loaded when the Inspect preset is first chosen. */
import './inspect.css';

export { LayoutPane, MemoryPane } from './layout-pane.tsx';
export { BehindPane } from './side.tsx';
export { TypePane } from './type-pane.tsx';
