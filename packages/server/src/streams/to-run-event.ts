import { TenonError } from '@tenon/core/errors'
import { cutText } from '@tenon/core/text'

/** `id` is the `seq`, so that a browser that lost the connection asks for what follows it. */
export function toRunEvent(frame: { readonly seq: number }): string {
  return `id: ${frame.seq}\ndata: ${JSON.stringify(frame)}\n\n`
}

/**
 * Reads the `seq` after which a stream continues; `null` for one that begins.
 *
 * @throws {@link TenonError} `CURSOR_INVALID`.
 */
export function lastEventIdOf(headers: Headers): number | null {
  const text = headers.get('last-event-id')
  if (text === null || text === '') return null
  if (!/^[0-9]{1,15}$/.test(text)) {
    const given = JSON.stringify(cutText(text, 40))
    throw new TenonError('CURSOR_INVALID', `Last-Event-ID must be an integer of at most 15 digits (got ${given})`, {
      remedy: 'Send the id of the last event, or omit the header to start from the first.',
    })
  }
  return Number(text)
}
