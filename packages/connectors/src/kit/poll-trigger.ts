import {
  type AnyNodeImplementation,
  type Connection,
  defineNode,
  implementTrigger,
  type PollContext,
  type PollParams,
  type PollResult,
  pollParams,
  requireConnectionTo,
} from '@tenon/core/node'
import type { z } from 'zod'
import { createCallService } from './call-service.ts'
import { connectionTo } from './define-action.ts'
import type { CallService, Service } from './service.ts'

/** A trigger of a service that is asked for new items at an interval. */
export interface PollTrigger<Shape extends z.ZodRawShape> {
  /** Second part of the node type: `new-issue` of `github/new-issue`. */
  readonly name: string
  /** Name in the palette, 1 to 60 characters. */
  readonly title: string
  /** Four words for the palette. */
  readonly description: string
  /** Params besides the connection and the interval; each of them is literal. */
  readonly params: Shape
  /** Item that starts a run, for the expressions of the nodes that follow. */
  readonly item: z.ZodObject
  /** One sentence for the card. */
  readonly summary: string
  /** Asks the service for items, as the `poll` of `implementTrigger` does. */
  readonly poll: (context: ServicePoll<z.output<z.ZodObject<Shape>>>) => Promise<PollResult>
}

/** Context of one poll of a service. */
export interface ServicePoll<Params> extends Pick<PollContext<Params>, 'params' | 'cursor'> {
  /** Items of which the first poll starts runs. */
  readonly begin: PollParams['begin']
  /** Fields of the connection that are not secret. */
  readonly account: Connection['values']
  /** Sends requests to the service, with the credentials of the connection. */
  readonly call: CallService
}

/**
 * Defines a trigger of a service that has no webhooks for it. It has a connection of the service, and fails as its actions do.
 */
export function pollTrigger<const Shape extends z.ZodRawShape>(
  service: Service,
  { name, title, description, params, item, summary, poll }: PollTrigger<Shape>,
): AnyNodeImplementation {
  const definition = defineNode({
    ...{ type: `${service.id}/${name}`, version: 1, title, description, icon: service.icon, summary },
    ...{ category: 'trigger', control: 'trigger', trigger: 'poll', inline: true, effect: 'none' },
    params: pollParams.extend({ connection: connectionTo(service), ...params }),
    ports: [{ name: 'success', title: 'success' }],
    outputs: { success: item },
  } as Parameters<typeof defineNode>[0])
  return implementTrigger(definition, {
    poll: ({ params: given, cursor, http, connection, abortSignal }) => {
      const { values: account } = requireConnectionTo(service.id, connection)
      const call = createCallService(service, { http, abortSignal, effect: 'read' })
      const { begin } = pollParams.pick({ begin: true }).parse(given)
      return poll({ params: given as z.output<z.ZodObject<Shape>>, cursor, begin, account, call })
    },
  })
}
