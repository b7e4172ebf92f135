import { durationToMs, MAX_DURATION_MS } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { implementInlineNode, type NodeParams } from '@tenon/core/node'
import { isTimeZone, nextBusinessTime } from './business-hours.ts'
import { delay } from './definition.ts'

export const delayNode = implementInlineNode(delay, (params, { now, resume }) => {
  if (resume !== null) return waitedUntil('firedAt' in resume ? resume.firedAt : now)
  const dueAt = readDueAt(params, now)
  if (dueAt <= now) return waitedUntil(now)
  if (dueAt - now > MAX_DURATION_MS) {
    const time = new Date(dueAt).toISOString()
    throw new TenonError('DELAY_TOO_LONG', `The delay would end at ${time}, in more than 3,650 days`)
  }
  return { suspend: { kind: 'time', dueAt } }
})

function readDueAt(params: NodeParams<typeof delay>, now: number): number {
  const { mode, duration, until } = params
  switch (mode) {
    case 'duration':
      return now + durationToMs(duration ?? refuseMissing('duration'))
    case 'until':
      return Date.parse(until ?? refuseMissing('until'))
    case 'businessHours':
      return nextBusinessTime(now, openHours(params))
  }
}

/**
 * @throws {@link TenonError} `NODE_PARAMS_INVALID` for an unknown zone, and for hours that end before they begin, which
 * templates may give.
 */
function openHours({ zone, days, from, to }: NodeParams<typeof delay>) {
  if (!isTimeZone(zone)) refuse('zone', 'unknown', `"${zone}" is not the name of a time zone`)
  if (from >= to) refuse('to', 'invalid', 'The hours must end later than they begin')
  return { zone, days, from, to }
}

function refuseMissing(param: 'duration' | 'until'): never {
  return refuse(param, 'required', 'The delay has neither a duration nor a time')
}

function refuse(param: string, code: string, message: string): never {
  throw new TenonError('NODE_PARAMS_INVALID', `Invalid params of "delay": ${param}`, {
    details: { issues: [{ path: [param], code, message }] },
  })
}

function waitedUntil(instantMs: number) {
  return { port: 'success', output: { waited_until: new Date(instantMs).toISOString() } } as const
}
