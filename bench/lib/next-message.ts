import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/**
 * Waits for the next message of a process.
 *
 * @param name - Name of the process in an error.
 * @throws RangeError if it ends first.
 */
export async function nextMessage(child: ChildProcess, name: string): Promise<unknown> {
  const waiting = new AbortController()
  try {
    const { signal } = waiting
    const ended = once(child, 'exit', { signal }).then(([code]) => {
      throw new RangeError(`The process of ${name} ended with ${code}`)
    })
    const [message] = await Promise.race([once(child, 'message', { signal }), ended])
    return message
  } finally {
    waiting.abort()
  }
}
