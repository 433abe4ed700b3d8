/* What is looked at while a program is stepped through: its stack frame, watched expressions, and where playing stops. */
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
