import { z } from 'zod'

/** At least a minute, at most 999 days, as for a schedule. */
const INTERVAL = /^([1-9][0-9]{0,3}m|[1-9][0-9]{0,2}[hd])$/

/** Items of which the first poll starts runs: none, so that only later ones do, or all that the service has. */
export const POLL_BEGINS = ['new', 'all'] as const

/** Params of a node type with `trigger: 'poll'`, which the server reads; a type of the host extends them. */
export const pollParams = z.object({
  every: z
    .string()
    .regex(INTERVAL, 'Write a number and m, h or d, at least 1m: 15m')
    .default('5m')
    .meta({ title: 'Every', control: 'duration', units: ['m', 'h', 'd'], literal: true }),
  begin: z
    .enum(POLL_BEGINS)
    .default('new')
    .meta({
      title: 'Begin with',
      description: 'The items for which the first poll starts runs.',
      control: 'select',
      titles: { new: 'Only what is new from now on', all: 'All that is there' },
      literal: true,
    }),
})

/** Checked params of a poll. */
export type PollParams = z.output<typeof pollParams>
