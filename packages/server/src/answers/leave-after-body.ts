import type { HeldSeat } from '../limits/held-requests.ts'

/** Counts a response as held until its body was read to its end, or until its reader has gone. */
export function leaveAfterBody(response: Response, { answered, leave }: HeldSeat, abortSignal: AbortSignal): Response {
  const { body, status, headers } = response
  if (body === null || abortSignal.aborted) {
    leave()
    return response
  }
  answered()
  abortSignal.addEventListener('abort', leave, { once: true })
  const reader = body.getReader()
  const counted = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (!done) return controller.enqueue(value)
        leave()
        controller.close()
      } catch (error) {
        leave()
        throw error
      }
    },
    async cancel(reason) {
      leave()
      await reader.cancel(reason)
    },
  })
  return new Response(counted, { status, headers })
}
