import { defineNode, scheduleParams } from '@tenon/core/node'
import { z } from 'zod'

/** Starts a run at each time of a schedule. */
export const schedule = defineNode({
  type: 'schedule',
  version: 1,
  title: 'Schedule',
  description: 'Begin at set times',
  icon: 'M12 21a8 8 0 1 0 0-16 8 8 0 0 0 0 16M12 9v4l2.5 1.5M9 2h6',
  category: 'trigger',
  control: 'trigger',
  trigger: 'schedule',
  inline: true,
  params: scheduleParams,
  ports: [{ name: 'success', title: 'success' }],
  outputs: {
    success: z.object({
      due_at: z.string(),
      fired_at: z.string(),
      zone: z.string(),
      date: z.string(),
      time: z.string(),
      backfill: z.boolean(),
    }),
  },
  summary: '{repeat} {zone}',
  effect: 'none',
})
