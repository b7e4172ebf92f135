import { durationToMs } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { implementInlineNode, type NodeParams } from '@tenon/core/node'
import { delay } from './definition.ts'

export const delayNode = implementInlineNode(delay, (params, { now, resume }) => {
  if (resume !== null) return waitedUntil(resume.kind === 'approval' ? now : resume.firedAt)
  const dueAt = readDueAt(params, now)
  return dueAt <= now ? waitedUntil(now) : { suspend: { kind: 'time', dueAt } }
})

function readDueAt({ mode, duration, until }: NodeParams<typeof delay>, now: number): number {
  if (mode === 'duration') return now + durationToMs(duration ?? refuseMissing('duration'))
  return Date.parse(until ?? refuseMissing('until'))
}

function refuseMissing(param: 'duration' | 'until'): never {
  throw new TenonError('NODE_PARAMS_INVALID', `Invalid params of "delay": ${param}`, {
    details: { issues: [{ path: [param], code: 'required', message: 'The delay has neither a duration nor a time' }] },
  })
}

function waitedUntil(instantMs: number) {
  return { port: 'success', output: { waited_until: new Date(instantMs).toISOString() } } as const
}
