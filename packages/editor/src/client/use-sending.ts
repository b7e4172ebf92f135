import { useRef, useState } from 'react'

/** Requests that a person sends, one at a time. */
export interface Sending {
  /** True while a request is on its way. */
  readonly isSending: boolean
  /** Error of the last request; `null` if it succeeded, and while one is on its way. */
  readonly failure: { readonly error: unknown } | null
  /** Sends a request; does nothing while another one is on its way, as after a double click. */
  readonly send: (request: () => Promise<unknown>) => Promise<void>
  /** Forgets the error. */
  readonly reset: () => void
}

/**
 * Sends requests of a button or a form.
 *
 * @param onFailure - Called with the error of a request, for a text outside of the form.
 */
export function useSending(onFailure?: (error: unknown) => void): Sending {
  const [isSending, setIsSending] = useState(false)
  const [failure, setFailure] = useState<Sending['failure']>(null)
  // The state of the second click of a double click is that before the first one.
  const isBusy = useRef(false)
  const send = async (request: () => Promise<unknown>): Promise<void> => {
    if (isBusy.current) return
    isBusy.current = true
    setIsSending(true)
    setFailure(null)
    try {
      await request()
    } catch (error) {
      setFailure({ error })
      onFailure?.(error)
    } finally {
      isBusy.current = false
      setIsSending(false)
    }
  }
  return { isSending, failure, send, reset: () => setFailure(null) }
}
