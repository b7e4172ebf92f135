import { implementInlineNode } from '@tenon/core/node'
import { schedule } from './definition.ts'

/** The driver replaces this output by the time that has started the run. */
export const scheduleNode = implementInlineNode(schedule, () => ({
  port: 'success',
  output: { due_at: '', fired_at: '', zone: 'UTC', date: '', time: '', backfill: false },
}))
