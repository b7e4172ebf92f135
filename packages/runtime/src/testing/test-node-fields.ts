import { z } from 'zod'

/** Fields that all node types of tests have. */
export const common = {
  version: 1,
  description: 'For tests',
  icon: 'M4 12h16',
  category: 'flow',
  effect: 'none',
  summary: 'A test node',
} as const

/** Output or params of any fields. */
export const anything = z.record(z.string(), z.unknown())
