import { type Identity, ROUTES, type RouteDefinition } from '@tenon/core/api'
import { createTenonClient, type RunStreamOptions, type TenonClient } from '@tenon/core/client'
import type { RunId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { ServerContext } from './context.ts'
import type { App } from './http/app.ts'
import { authorizeRoute } from './http/authorize-route.ts'
import { checkIdentity } from './http/check-identity.ts'
import { reasonOf } from './log/reason-of.ts'
import { followChanges } from './streams/follow-changes.ts'
import { followRunLog } from './streams/follow-run-log.ts'
import { presentEvent } from './streams/present-event.ts'

/** The API as one identity without a network: the same checks and answers as over HTTP, but for authentication. */
export function createInProcessClient(server: ServerContext, app: App, given: Identity): TenonClient {
  return createClientOf(server, app, { identity: checkIdentity(given, 'for() was given') })
}

/** The same for a caller who was authenticated, and whose requests may have the limits of those over HTTP. */
export function createClientOf(
  server: ServerContext,
  app: App,
  caller: { readonly identity: Identity; readonly isLimited?: boolean },
): TenonClient {
  const { identity } = caller
  const client = createTenonClient({
    baseUrl: server.apiUrl,
    fetch: (input, init) => app.fetch(new Request(input, init), caller),
  })
  return {
    ...client,
    runs: { ...client.runs, stream: (runId, options) => follow(server, identity, runId, options) },
    changes: { subscribe: (listener) => subscribe(server, identity, listener) },
  }
}

function follow(server: ServerContext, identity: Identity, runId: RunId, options: RunStreamOptions): () => void {
  const { tenantId } = identity
  const stop = new AbortController()
  const work = async (): Promise<void> => {
    options.onState?.('connecting')
    await authorize(server, identity, ROUTES.streamRunEvents, { runId })
    const { after = 0, onEvents, onState } = options
    for await (const events of followRunLog(server, { tenantId, runId, after, abortSignal: stop.signal })) {
      if (stop.signal.aborted) break
      onState?.('live')
      if (events !== null) onEvents(events.map(presentEvent))
    }
  }
  work().then(
    () => options.onState?.('closed'),
    (error: unknown) => {
      const known =
        error instanceof TenonError ? error : new TenonError('INTERNAL', 'The stream failed', { cause: error })
      options.onState?.('closed', known)
    },
  )
  return () => stop.abort()
}

async function authorize(
  server: ServerContext,
  identity: Identity,
  route: RouteDefinition,
  params: Readonly<Record<string, string>> = {},
): Promise<void> {
  await authorizeRoute(server, { route, params, identify: async () => identity, isLimited: false })
}

function subscribe(
  server: ServerContext,
  identity: Identity,
  listener: Parameters<TenonClient['changes']['subscribe']>[0],
): () => void {
  const { tenantId } = identity
  const stop = new AbortController()
  const deliver = (changes: Parameters<typeof listener>[0]): void => {
    try {
      listener(changes)
    } catch (error) {
      // A fault of the host's listener ends neither the process nor the subscription.
      server.log('error', 'changes.listener_failed: the listener threw', { reason: reasonOf(error) })
    }
  }
  const work = async (): Promise<void> => {
    await authorize(server, identity, ROUTES.streamChanges)
    for await (const changes of followChanges(server, { tenantId, abortSignal: stop.signal })) {
      if (changes !== null && !stop.signal.aborted) deliver(changes)
    }
  }
  work().catch((error: unknown) =>
    server.log('error', 'changes.failed: subscription ended', { reason: reasonOf(error) }),
  )
  return () => stop.abort()
}
