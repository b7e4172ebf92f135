import type { ConformanceCase } from './conformance-case.ts'
import { FANS, LOOPS } from './loop-cases.ts'
import { CALLS, POLICIES, SHAPES, WAITS } from './node-cases.ts'
import { OPEN_WORKFLOW } from './open-workflow-cases.ts'

/** All cases. */
export const CASES: readonly ConformanceCase[] = [
  ...OPEN_WORKFLOW,
  ...FANS,
  ...LOOPS,
  ...POLICIES,
  ...WAITS,
  ...CALLS,
  ...SHAPES,
]
