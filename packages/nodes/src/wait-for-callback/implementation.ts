import { implementInlineNode } from '@tenon/core/node'
import { receivedOutcome, waitLimits } from '../shared/received.ts'
import { waitForCallback } from './definition.ts'

export const waitForCallbackNode = implementInlineNode(waitForCallback, (params, { now, resume }) =>
  resume === null
    ? { suspend: { kind: 'callback', ...waitLimits(params, now) } }
    : receivedOutcome(resume, params, now),
)
