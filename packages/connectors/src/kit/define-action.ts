import { TenonError } from '@tenon/core/errors'
import {
  type AnyNodeImplementation,
  type Connection,
  defineNode,
  type HttpClient,
  implementNode,
  type NodeContext,
  requireConnectionTo,
} from '@tenon/core/node'
import { z } from 'zod'
import { createCallService } from './call-service.ts'
import type { CallService, Service } from './service.ts'

/** Context of an action: its params, and the client for its service. */
export interface ActionContext<Params> {
  /** Params with templates resolved and defaults filled in, without the connection. */
  readonly params: Params
  /** Sends requests to the service, with the credentials of the connection. */
  readonly call: CallService
  /** Fields of the connection that are not secret, such as a user name; none for an API of the host. */
  readonly account: Connection['values']
  /** Key for services that deduplicate requests: the same on every attempt of a node run. */
  readonly idempotencyKey: string
  /** Sends a heartbeat, for actions with several requests. */
  readonly heartbeat: () => void
}

/** An action of a service, which becomes a node type. */
export interface Action<Shape extends z.ZodRawShape, Output extends z.ZodObject> {
  /** Second part of the node type: `send-message` of `slack/send-message`. */
  readonly name: string
  /**
   * Version of the node type, from 1. A change of params or outputs that stored workflows do not fit is a new version,
   * defined beside the earlier one.
   *
   * @defaultValue 1
   */
  readonly version?: number
  /** Name in the palette, 1 to 60 characters. */
  readonly title: string
  /** Four words for the palette. */
  readonly description: string
  /** Params beside the connection, as in `defineNode`. */
  readonly params: Shape
  /** Output of the port `success`. Of a response, the fields of this schema are kept. */
  readonly output: Output
  /** One sentence for the card, with `{param}` placeholders. */
  readonly summary: string
  /** Effect on the service: reads are repeated after a fault. */
  readonly effect: 'read' | 'write'
  /** `true` if the service honors the idempotency key that the action sends: a lost response is tried again. @defaultValue false */
  readonly isIdempotent?: boolean
  /** Longest time of an attempt. A list of many pages needs the time that the rate of the connection gives them. @defaultValue '30s' */
  readonly timeout?: string
  /** Sends the requests, and returns the output or a response that contains it. */
  readonly run: (context: ActionContext<z.output<z.ZodObject<Shape>>>) => Promise<unknown>
}

/** Defines the actions of a service. */
export type DefineAction = <const Shape extends z.ZodRawShape, Output extends z.ZodObject>(
  action: Action<Shape, Output>,
) => AnyNodeImplementation

/**
 * Creates the function that defines the actions of a service. An action is a node type with a connection of the service. It
 * fails with `CONNECTION_REFUSED` without one, `HTTP_STATUS` and `SERVICE_REFUSED` as the service answers, and
 * `HTTP_RESPONSE_INVALID` for a response without the fields of its output.
 *
 * @example
 * ```ts
 * const action = actionsOf(crm)
 * const addLead = action({
 *   name: 'add-lead', title: 'Add lead', description: 'Add a lead', effect: 'write', summary: 'Adds {email}',
 *   params: { email: z.email().meta({ title: 'Email', control: 'text' }) },
 *   output: z.object({ id: z.string() }),
 *   run: ({ params, call }) => call({ method: 'POST', path: '/leads', json: { email: params.email } }),
 * })
 * ```
 */
export function actionsOf(service: Service): DefineAction {
  return defineActions(service, {
    params: { connection: connectionTo(service) },
    clientOf: ({ connection, http }) => {
      requireConnectionTo(service.id, connection)
      return http
    },
  })
}

/** Parts in which the actions of a service and those of an API of the host differ. */
export interface ActionKind {
  /** Params before those of the action. */
  readonly params: z.ZodRawShape
  /** Returns the client for the requests of an attempt. @throws {@link TenonError} if it may send none. */
  readonly clientOf: (context: NodeContext) => HttpClient | Promise<HttpClient>
}

/** Creates the function that defines actions of one kind. */
export function defineActions(service: Service, kind: ActionKind): DefineAction {
  return (action) => {
    const { name, version = 1, title, description, params, output, summary, effect, isIdempotent = false } = action
    const { timeout = '30s', run } = action
    const definition = defineNode({
      ...{ type: `${service.id}/${name}`, version, title, description, icon: service.icon, category: 'action' },
      params: z.object({ ...kind.params, ...params }),
      ports: [{ name: 'success', title: 'success' }],
      outputs: { success: output },
      ...{ summary, effect },
      ...(isIdempotent ? { idempotentWhen: 'true' } : {}),
      tool: { name: `${service.id}_${name}`.replaceAll('-', '_'), description: `${service.title}: ${description}` },
      policy: { timeout, retry: { maximumAttempts: 4 } },
    } as Parameters<typeof defineNode>[0])
    return implementNode(definition, async (context) => {
      const http = await kind.clientOf(context)
      const response = await reading(service, async () => {
        const result = await run(contextOf(service, context as NodeContext<never>, http, { effect, isIdempotent }))
        return output.parse(result ?? {}, { jitless: true })
      })
      return { port: 'success', output: response }
    })
  }
}

/** Reads a response, whose fields a service may have changed. */
async function reading<Value>({ title }: Service, read: () => Promise<Value>): Promise<Value> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    const field = error.issues[0]?.path.map(String).join('.') || 'body'
    throw new TenonError('HTTP_RESPONSE_INVALID', `${title}: the response has no valid "${field}"`, {
      remedy: 'The service has changed, or answers for another version of its API.',
      retryable: false,
    })
  }
}

function contextOf<Params>(
  service: Service,
  context: NodeContext<Params>,
  http: HttpClient,
  repeats: { readonly effect: 'read' | 'write'; readonly isIdempotent: boolean },
): ActionContext<Params> {
  const { params, connection, abortSignal, log, toolCall, idempotencyKey, heartbeat } = context
  return {
    params,
    account: connection?.values ?? {},
    idempotencyKey,
    heartbeat,
    call: createCallService(service, { http, abortSignal, log, toolCall, ...repeats }),
  }
}

export function connectionTo({ id, title }: Service) {
  return z
    .string()
    .min(1)
    .max(400)
    .meta({
      title: 'Connection',
      description: `Account at ${title}.`,
      control: 'connection',
      connectsTo: id,
      placeholder: 'None',
      literal: true,
    })
}
