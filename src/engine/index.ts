/** The engine's face: the only file that other folders import values from. */
export { assertUnreachable } from './base/assert.ts';
export { ERRNO, errnoName, formatReturn } from './base/errno.ts';
export type { Diagnostic, Parsed, Result } from './base/result.ts';
export type {
  Command,
  ExpectedFact,
  LifecycleState,
  MapLetter,
  PathConfig,
  Scenario,
  ScenarioStep,
} from './lab/commands.ts';
export { Lab, type LabBreakpoint } from './lab/lab.ts';
export { type MachineParts, openMachineParts } from './lab/machine.ts';
export type * from './lab/snapshot.ts';
