import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'

/** A model by rules and the services that its tools ask, over HTTP on this machine. */
export interface AgentServices extends AsyncDisposable {
  readonly modelUrl: string
  /** Address at which tools look orders up (`/orders/7`) and their carrier (`/carrier/7`), which fails twice for each. */
  readonly url: string
}

const FAILURES = 2

export async function startAgentServices(): Promise<AgentServices> {
  const failed = new Map<string, number>()
  const model = createServer(async (request, response) => {
    const { messages } = modelRequest.parse(await bodyOf(request))
    sendJson(response, 200, completionOf(messages))
  })
  const desk = createServer((request, response) => {
    const [, kind, order = ''] = (request.url ?? '').split('/')
    const failures = failed.get(order) ?? 0
    if (kind === 'orders') sendJson(response, 200, { order, amount: 1 })
    else if (failures >= FAILURES) sendJson(response, 200, { order, state: 'lost' })
    else {
      failed.set(order, failures + 1)
      sendJson(response, 503, { error: 'busy' })
    }
  })
  await Promise.all([model, desk].map(listen))
  return {
    modelUrl: `http://127.0.0.1:${portOf(model)}/v1`,
    url: `http://127.0.0.1:${portOf(desk)}`,
    [Symbol.asyncDispose]: async () => {
      for (const server of [model, desk]) server.closeAllConnections()
      await Promise.all([model, desk].map((server) => new Promise<void>((done) => server.close(() => done()))))
    },
  }
}

const modelRequest = z.object({
  tools: z.array(z.object({ type: z.literal('function'), function: z.object({ name: z.string() }) })).length(3),
  messages: z.array(
    z.object({
      role: z.enum(['system', 'user', 'assistant', 'tool']),
      content: z.string().nullable(),
      tool_call_id: z.string().optional(),
    }),
  ),
})

type Message = z.output<typeof modelRequest>['messages'][number]

/** Looks the order and its carrier up at the same time, then pays back, then answers with what the tools have said. */
function completionOf(messages: readonly Message[]): object {
  const results = messages.filter(({ role }) => role === 'tool').map(({ content }) => content ?? '')
  const call = (name: string, args: object) => ({
    // Models repeat the ids of their calls.
    ...{ id: 'call_0', type: 'function', function: { name, arguments: JSON.stringify(args) } },
  })
  const look = [call('order', {}), call('carrier', {})]
  const message =
    results.length === 0
      ? { content: null, tool_calls: look }
      : results.length === 2
        ? { content: 'I pay it back.', tool_calls: [call('refund', { amount: 1 })] }
        : { content: results.map(summaryOf).join(' · ') }
  return {
    ...{ id: 'c1', object: 'chat.completion', created: 1, model: 'rules' },
    choices: [
      {
        ...{ index: 0, finish_reason: 'tool_calls' in message ? 'tool_calls' : 'stop' },
        message: { role: 'assistant', ...message },
      },
    ],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  }
}

/** Keeps what is the same for every order. */
function summaryOf(result: string): string {
  const { body, value, ...other } = JSON.parse(/\{.*\}/s.exec(result)?.[0] ?? '{}') as Record<string, Json>
  if (typeof body === 'object' && body !== null && 'state' in body) return String(body.state)
  if (typeof body === 'object' && body !== null && 'amount' in body) return `amount ${String(body.amount)}`
  return value === undefined ? `unexpected ${result} ${Object.keys(other).join()}` : `paid back ${String(value)}`
}

type Json = string | number | boolean | null | { readonly [key: string]: Json }

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return JSON.parse(Buffer.concat(chunks).toString())
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}
