import type { Json, JsonObject } from '../../json.ts'
import { isJsonObject } from '../../json.ts'
import { anthropicProtocol } from './anthropic-protocol.ts'
import { chatProtocol } from './chat-protocol.ts'
import { googleProtocol } from './google-protocol.ts'
import { responsesProtocol } from './responses-protocol.ts'

/** Answer of a {@link ModelServer} to one request. */
export type ModelTurn =
  /** A response of the model. */
  | {
      readonly kind: 'answer'
      /** Text, or its pieces in a stream. @defaultValue none */
      readonly text?: string | readonly string[]
      /** Tools that the model calls; `arguments` is sent as it is, whatever it is. @defaultValue none */
      readonly toolCalls?: readonly { readonly id?: string; readonly name: string; readonly arguments: string }[]
      /** Reason for the end. @defaultValue `tool-calls` with calls, else `stop` */
      readonly finish?: 'stop' | 'length' | 'tool-calls' | 'filter'
      /** Text with which the model refuses, where the protocol has one. @defaultValue none */
      readonly refusal?: string
      /** Thoughts of the model before the text. @defaultValue none */
      readonly reasoning?: string
      /** Tokens. @defaultValue 11 of the messages and 7 of the response */
      readonly usage?: {
        readonly inputTokens: number
        readonly cachedInputTokens?: number
        readonly outputTokens: number
      }
      /** Ends the connection after so many pieces of a stream. @defaultValue never */
      readonly cutAfter?: number
    }
  /** An error of the provider, in the form of the protocol. */
  | {
      readonly kind: 'error'
      readonly status: number
      readonly message?: string
      readonly code?: string
      readonly headers?: Readonly<Record<string, string>>
    }
  /** Any body, such as a page of a proxy. */
  | { readonly kind: 'raw'; readonly body: string; readonly contentType?: string; readonly status?: number }
  /** No response until the caller aborts. */
  | { readonly kind: 'stall' }

/** Requests that a {@link ModelServer} accepts besides the strict ones. */
export interface ModelServerOptions {
  /** `true` to accept requests of the Responses API that keep the response at the provider. @defaultValue false */
  readonly allowsStored?: boolean
}

/** A response of a model. */
export type AnswerTurn = Extract<ModelTurn, { readonly kind: 'answer' }>

/** A request that a {@link ModelServer} got. */
export interface ModelServerRequest {
  /** Protocol of the path. */
  readonly protocol: 'chat' | 'responses' | 'anthropic' | 'google'
  /** Id of the model. */
  readonly model: string
  /** Body as it was sent. */
  readonly body: JsonObject
  /** Headers, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** `true` if the caller wants a stream. */
  readonly isStream: boolean
  /** Names of the tools that were offered. */
  readonly tools: readonly string[]
}

/** Form in which a provider reads requests and writes responses. */
export interface ModelProtocol {
  readonly name: ModelServerRequest['protocol']
  /** Path of the requests, from the base URL. */
  readonly path: RegExp
  /** Returns what is wrong with a request; empty for a valid one. */
  faultsOf(body: JsonObject, headers: Readonly<Record<string, string>>, options: ModelServerOptions): readonly string[]
  modelOf(body: JsonObject, path: string): string
  isStream(body: JsonObject, path: string): boolean
  toolsOf(body: JsonObject): readonly string[]
  error(status: number, message: string, code: string | null): Json
  whole(turn: AnswerTurn, model: string): Json
  /** Returns the events of a stream, each as its text after `data: `, with the name of the event if there is one. */
  events(
    turn: AnswerTurn,
    model: string,
    body: JsonObject,
  ): readonly { readonly event?: string; readonly data: string }[]
}

/** A model that answers as a test wants it, behind the protocols of OpenAI, Anthropic and Google. */
export interface ModelServer {
  /**
   * Answers a request. A request that breaks its protocol gets a response with the status 400, and its faults are in
   * {@link ModelServer.faults}.
   */
  handle(request: Request): Promise<Response>
  /** Valid requests so far. */
  readonly requests: readonly ModelServerRequest[]
  /** Faults of all requests so far. */
  readonly faults: readonly string[]
}

const PROTOCOLS: readonly ModelProtocol[] = [chatProtocol, responsesProtocol, anthropicProtocol, googleProtocol]

/**
 * Creates a strict stand-in for the servers of model providers, for tests of nodes and language models: it checks each
 * request, streams, fails, stalls and breaks off as the test wants it. Serve it by any HTTP server, or use `handle` as
 * `fetch`.
 *
 * @param answer Returns the answer to a request, which is the `index`-th valid one, from 0.
 *
 * @example
 * ```ts
 * const server = createModelServer(() => ({ kind: 'answer', text: '{"city":"Bern"}' }))
 * const model = openaiLanguageModel({ apiKey: 'k', models: ['small'], fetch: (url, init) => server.handle(new Request(url, init)) })
 * ```
 */
export function createModelServer(
  answer: (request: ModelServerRequest, index: number) => ModelTurn | Promise<ModelTurn>,
  options: ModelServerOptions = {},
): ModelServer {
  const requests: ModelServerRequest[] = []
  const faults: string[] = []
  return {
    requests,
    faults,
    handle: async (request) => {
      const { pathname, search } = new URL(request.url)
      const protocol = PROTOCOLS.find(({ path }) => path.test(pathname))
      if (protocol === undefined || request.method !== 'POST') {
        faults.push(`${request.method} ${pathname} is not a request to a model`)
        return Response.json({ error: { message: 'Not found' } }, { status: 404 })
      }
      const headers = Object.fromEntries(request.headers)
      const body = await readBody(request)
      const found = body === null ? ['the body is not a JSON object'] : protocol.faultsOf(body, headers, options)
      if (body === null || found.length > 0) {
        faults.push(...found.map((fault) => `${protocol.name}: ${fault}`))
        return Response.json(protocol.error(400, found.join('; '), 'invalid_request'), { status: 400 })
      }
      const path = pathname + search
      const model = protocol.modelOf(body, path)
      const received: ModelServerRequest = {
        ...{ protocol: protocol.name, model, body, headers },
        ...{ isStream: protocol.isStream(body, path), tools: protocol.toolsOf(body) },
      }
      requests.push(received)
      return respond(protocol, received, await answer(received, requests.length - 1), request.signal)
    },
  }
}

async function readBody(request: Request): Promise<JsonObject | null> {
  try {
    const body = (await request.json()) as Json
    return isJsonObject(body) ? body : null
  } catch {
    return null
  }
}

async function respond(
  protocol: ModelProtocol,
  { body, model, isStream }: ModelServerRequest,
  turn: ModelTurn,
  abortSignal: AbortSignal,
): Promise<Response> {
  switch (turn.kind) {
    case 'stall':
      return new Promise((_resolve, reject) => {
        if (abortSignal.aborted) reject(abortSignal.reason)
        abortSignal.addEventListener('abort', () => reject(abortSignal.reason), { once: true })
      })
    case 'error': {
      const { status, message = 'The provider has failed', code = null, headers = {} } = turn
      return Response.json(protocol.error(status, message, code), { status, headers })
    }
    case 'raw':
      return new Response(turn.body, {
        status: turn.status ?? 200,
        headers: { 'content-type': turn.contentType ?? 'application/json' },
      })
    case 'answer':
      return isStream ? streamed(protocol.events(turn, model, body), turn) : Response.json(protocol.whole(turn, model))
  }
}

function streamed(
  events: ReturnType<ModelProtocol['events']>,
  { cutAfter = Number.POSITIVE_INFINITY }: AnswerTurn,
): Response {
  const encoder = new TextEncoder()
  let sent = 0
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const next = events[sent]
      if (sent >= cutAfter) return controller.error(new Error('The connection was cut'))
      if (next === undefined) return controller.close()
      sent += 1
      const name = next.event === undefined ? '' : `event: ${next.event}\n`
      controller.enqueue(encoder.encode(`${name}data: ${next.data}\n\n`))
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}
