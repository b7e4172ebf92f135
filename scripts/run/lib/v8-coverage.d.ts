// The package brings no types of its own.
declare module '@bcoe/v8-coverage' {
  import type { Profiler } from 'node:inspector'

  /** Merges the coverage of one script from several runs; `undefined` for none. */
  export function mergeScriptCovs(scripts: readonly Profiler.ScriptCoverage[]): Profiler.ScriptCoverage | undefined
}
