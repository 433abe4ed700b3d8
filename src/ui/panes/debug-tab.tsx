/* The debugger's tab: stack frame, watched expressions, and breaks. */
import { Breaks } from './breaks.tsx';
import { StackFrame } from './stack-frame.tsx';
import { Watches } from './watches.tsx';

export function DebugTab() {
  return (
    <div className="listing debug" tabIndex={0} role="region" aria-label="Debug">
      <StackFrame />
      <Watches />
      <Breaks />
    </div>
  );
}
