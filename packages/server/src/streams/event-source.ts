import type { RuntimeLog } from '@tenon/runtime'
import { reasonOf } from '../log/reason-of.ts'

/** Log and end of an event stream, with what precedes its batches. */
export interface EventStreamOptions {
  readonly log: RuntimeLog
  readonly leave: () => void
  readonly head?: string
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * Writes batches of items as server-sent events. A closing `event: end` says that nothing more will come.
 *
 * @param batches - `null` is a heartbeat; returns whether the stream is complete.
 * @param toEvent - Writes one item, with the empty line that ends it.
 * @param log - Receives why a stream breaks off; its reader only sees that it does.
 * @param leave - Called when the stream has ended, by whichever side.
 * @param head - Events before the first batch. @defaultValue none
 * @param headers - Further headers of the response. @defaultValue none
 */
export function toEventStream<Item>(
  batches: AsyncGenerator<readonly Item[] | null, boolean, void>,
  toEvent: (item: Item) => string,
  { log, leave, head = '', headers = {} }: EventStreamOptions,
): Response {
  const encoder = new TextEncoder()
  let isCanceled = false
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(encoder.encode(`retry: 1000\n\n${head}`)),
      async pull(controller) {
        try {
          const next = await batches.next()
          // The reader has gone while the batch was pending: the stream is closed, so there is nothing to write to.
          if (isCanceled) return
          if (next.done === true) {
            leave()
            // Without it the browser reconnects, here or to another process, and continues.
            if (next.value) controller.enqueue(encoder.encode('event: end\ndata: {}\n\n'))
            controller.close()
            return
          }
          const text = next.value === null ? ': heartbeat\n\n' : next.value.map(toEvent).join('')
          controller.enqueue(encoder.encode(text))
        } catch (error) {
          leave()
          log('error', 'stream.failed: closing', { reason: reasonOf(error) })
          // The reader is not asked to cancel a stream that has failed, so what feeds it is ended here.
          await batches.return(false)
          throw error
        }
      },
      async cancel() {
        isCanceled = true
        leave()
        await batches.return(false)
      },
    },
    { highWaterMark: 1 },
  )
  return new Response(stream, {
    headers: { ...headers, 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' },
  })
}
