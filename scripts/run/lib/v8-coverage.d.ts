// The package brings no types of its own.
declare module '@bcoe/v8-coverage' {
  import type { Profiler } from 'node:inspector'

  /** Merges the coverage of one script from several runs; `undefined` for none. */
  export function mergeScriptCovs(scripts: readonly Profiler.ScriptCoverage[]): Profiler.ScriptCoverage | undefined

  /** Merges the coverage of the scripts of several processes, script by script. */
  export function mergeProcessCovs(processes: readonly { readonly result: readonly Profiler.ScriptCoverage[] }[]): {
    readonly result: readonly Profiler.ScriptCoverage[]
  }
}
