import type { JoinMode } from '@tenon/core/document'
import { type Arrivals, type JoinVerdict, judgeJoin } from './join.ts'

/**
 * The rules that may differ between two numbers of `semantics`: a run keeps the number of its start, so a
 * change of behavior is a new entry here, never an edit of an old one.
 */
export interface SemanticsRules {
  judgeJoin(mode: JoinMode, arrivals: Arrivals): JoinVerdict
}

const RULES: ReadonlyMap<number, SemanticsRules> = new Map([[1, Object.freeze({ judgeJoin })]])

/** The rules of one number; `undefined` if this interpreter does not know it. */
export function rulesOf(semantics: number): SemanticsRules | undefined {
  return RULES.get(semantics)
}
