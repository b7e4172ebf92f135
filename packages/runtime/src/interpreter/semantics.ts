import type { JoinMode } from '@tenon/core/document'
import { type Arrivals, type JoinVerdict, judgeJoin } from './join.ts'

/**
 * Rules that may differ between two numbers of `semantics`: a run keeps the number of its start, so a change of
 * behavior is a new entry here, never an edit of an old one.
 */
export interface SemanticsRules {
  judgeJoin(mode: JoinMode, arrivals: Arrivals): JoinVerdict
}

const RULES: ReadonlyMap<number, SemanticsRules> = new Map([[1, Object.freeze({ judgeJoin })]])

/** Returns the rules of one number; `undefined` for an unknown one. */
export function rulesOf(semantics: number): SemanticsRules | undefined {
  return RULES.get(semantics)
}
