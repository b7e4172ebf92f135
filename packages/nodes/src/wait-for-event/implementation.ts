import { implementInlineNode } from '@tenon/core/node'
import { receivedOutcome, waitLimits } from '../shared/received.ts'
import { waitForEvent } from './definition.ts'

export const waitForEventNode = implementInlineNode(waitForEvent, (params, { now, resume }) =>
  resume === null
    ? { suspend: { kind: 'event', name: params.eventName, key: String(params.key), ...waitLimits(params, now) } }
    : receivedOutcome(resume, params, now),
)
