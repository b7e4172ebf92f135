import { type RunEvent, toFrame } from '@tenon/core/run'
import type { RuntimeLog } from '@tenon/runtime'

/**
 * Writes batches of a run log as server-sent events: `id` is the `seq`, so that a browser that lost the connection
 * asks for what follows it. A closing `event: end` tells that the run is over.
 *
 * @param batches - `null` stands for a heartbeat.
 * @param log - Hears why a stream breaks off; its reader only sees that it does.
 */
export function toEventStream(
  batches: AsyncGenerator<readonly RunEvent[] | null, boolean, void>,
  log: RuntimeLog,
): Response {
  const encoder = new TextEncoder()
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(encoder.encode('retry: 1000\n\n')),
      async pull(controller) {
        const next = await batches.next().catch((error: unknown) => {
          log('error', 'An event stream broke off', { error: String(error) })
          throw error
        })
        if (next.done === true) {
          // Without it the browser connects again, here or to another process, and goes on.
          if (next.value) controller.enqueue(encoder.encode('event: end\ndata: {}\n\n'))
          controller.close()
        } else {
          controller.enqueue(encoder.encode(next.value === null ? ': heartbeat\n\n' : next.value.map(toEvent).join('')))
        }
      },
      async cancel() {
        await batches.return(false)
      },
    },
    { highWaterMark: 1 },
  )
  return new Response(stream, {
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' },
  })
}

function toEvent(event: RunEvent): string {
  return `id: ${event.seq}\ndata: ${JSON.stringify(toFrame(event))}\n\n`
}
