import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  createModelServer,
  type ModelServer,
  type ModelServerOptions,
  type ModelServerRequest,
  type ModelTurn,
} from '@tenon/core/testing'

/** The model under test on a free port of 127.0.0.1. */
export interface ServedModel extends Pick<ModelServer, 'requests' | 'faults'>, AsyncDisposable {
  readonly origin: string
}

/** Serves a model that gives the turns in order, the last one for ever, or what a function returns. */
export async function serveModel(
  answer: readonly ModelTurn[] | ((request: ModelServerRequest, index: number) => ModelTurn),
  options?: ModelServerOptions,
): Promise<ServedModel> {
  const model = createModelServer((request, index) => {
    if (typeof answer === 'function') return answer(request, index)
    return answer[Math.min(index, answer.length - 1)] ?? { kind: 'error', status: 500 }
  }, options)
  const server = createServer((incoming, response) => void serve(model, incoming, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: model.requests,
    faults: model.faults,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function serve(model: ModelServer, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const controller = new AbortController()
  response.once('close', () => controller.abort())
  try {
    let body = ''
    for await (const chunk of incoming) body += String(chunk)
    const { method = 'GET', url = '/' } = incoming
    const headers = Object.entries(incoming.headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as const] : [],
    )
    const answer = await model.handle(
      new Request(`http://127.0.0.1${url}`, {
        ...{ method, headers: [...headers.map(([name, value]): [string, string] => [name, value])] },
        ...{ signal: controller.signal, ...(method === 'GET' ? {} : { body }) },
      }),
    )
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    for await (const chunk of answer.body ?? []) {
      response.write(chunk)
      await new Promise((resolve) => setImmediate(resolve))
    }
    response.end()
  } catch {
    response.destroy()
  }
}
