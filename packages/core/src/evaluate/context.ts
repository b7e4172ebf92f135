import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import type { NodeRunId } from '../ids.ts'

/**
 * Source of `now()`, `uuid()` and `random()`, shared by all params of one node run, so that two calls never draw the
 * same number.
 */
export interface EvaluationContext {
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number
  /** 32 bytes, others at each call; the same sequence for the same run seed and node run. */
  readonly draw: () => Uint8Array
}

/** Inputs of `now()`, `uuid()` and `random()`, so that a template gives the same value in every replay. */
export interface EvaluationContextOptions {
  /** Instant of the fact that scheduled the node, in ms since the Unix epoch. */
  readonly nowMs: number
  /** Random text stored with the start of the run; runs with different seeds draw different values. */
  readonly runSeed: string
  /** Node run whose params are evaluated; each node run of a run draws a sequence of its own. */
  readonly nodeRunId: NodeRunId
}

/** Creates the context of one node run. Draw number n is SHA-256 over (seed, node run, n) for n = 0, 1, ... */
export function createEvaluationContext({ nowMs, runSeed, nodeRunId }: EvaluationContextOptions): EvaluationContext {
  let drawn = 0
  return {
    nowMs,
    draw: () => {
      const bytes = sha256(utf8ToBytes(JSON.stringify([runSeed, nodeRunId, drawn])))
      drawn += 1
      return bytes
    },
  }
}
