import { temporalEngine } from '@tenon/runtime/temporal'
import type { Row } from '../lib/row.ts'
import { openSupportDesk } from '../lib/support-desk.ts'
import { missingTemporal, openBenchTemporal } from '../lib/temporal.ts'

/** Events that a run and a wait may cost beside its nodes. */
const [RUN_EVENTS, WAIT_EVENTS] = [5, 7]

/** One ticket for each way through the router. */
const TICKETS = [
  { text: 'Thanks, this is great and the delivery was quick. I love it.', choice: 'approve', outcome: 'answered' },
  { text: 'My order never arrived. This is terrible.', choice: 'approve', outcome: 'escalated' },
  { text: 'I want a refund for the broken lamp.', choice: 'approve', outcome: 'escalated' },
  { text: 'I want a refund for the broken lamp.', choice: 'reject', outcome: 'rejected' },
] as const

/** (history events − 5 − 7 × waits) / side-effecting nodes of the demo's ticket router, on its dearest way. */
export const temporalEventsS1: Row = {
  id: 'temporal-events-s1',
  title: 'Temporal history events a side-effecting node of the ticket router, less 5 a run and 7 a wait',
  unit: 'events',
  better: 'lower',
  must: 7,
  rounds: 1,
  warmUps: 0,
  missing: missingTemporal,
  open: async () => {
    const temporal = await openBenchTemporal()
    const desk = await openSupportDesk(temporalEngine(temporal.options))
    return {
      measure: async () => {
        const costs: number[] = []
        for (const { text, choice, outcome } of TICKETS) {
          const { run, effects, waits } = await desk.route(text, choice)
          if (run.outcome !== outcome) throw new RangeError(`The router ended ${run.outcome}, not ${outcome}`)
          const events = await temporal.eventsOf(run.runId)
          console.error(`  ${outcome}: ${events} events, ${effects} nodes with a side effect, ${waits} waits`)
          costs.push((events - RUN_EVENTS - WAIT_EVENTS * waits) / effects)
        }
        return Math.max(...costs)
      },
      close: async () => {
        await desk.close()
        await temporal.close()
      },
    }
  },
}
