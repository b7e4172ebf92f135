import { parseFrame, SILENCE_MS } from './frame-socket.ts'

/**
 * Reads server-sent events until the stream ends, falls silent or is aborted.
 *
 * @param read - Reads a decoded frame; frames for which it returns `null` are ignored.
 * @returns Number of frames that arrived. A stream that breaks after its first frame ends like any other.
 * @throws The error of `open`, or the reason why a stream broke before its first frame.
 */
export async function followEvents<Frame>(
  open: (abortSignal: AbortSignal) => Promise<Response>,
  read: (value: unknown) => Frame | null,
  onFrame: (frame: Frame) => void,
  { abortSignal, firstFrameMs }: { readonly abortSignal: AbortSignal; readonly firstFrameMs: number },
): Promise<number> {
  const stop = new AbortController()
  const abort = (): void => stop.abort()
  let timer = setTimeout(abort, firstFrameMs)
  let count = 0
  const onEvent = ({ data }: { readonly data: string }): void => {
    const frame = parseFrame(data, read)
    if (frame === null) return
    count += 1
    onFrame(frame)
  }
  abortSignal.addEventListener('abort', abort)
  try {
    // Loaded on demand, since few clients need it.
    const { createParser } = await import('eventsource-parser')
    const parser = createParser({ onEvent })
    abortSignal.throwIfAborted()
    const { body } = await open(stop.signal)
    if (body === null) return 0
    const reader = body.pipeThrough(new TextDecoderStream()).getReader()
    // A response from the same process does not end with the signal of its request.
    stop.signal.addEventListener('abort', () => void reader.cancel().catch(() => undefined))
    for (;;) {
      const next = await reader.read()
      if (next.done) return count
      parser.feed(next.value)
      if (count === 0) continue
      clearTimeout(timer)
      timer = setTimeout(abort, SILENCE_MS)
    }
  } catch (error) {
    if (count === 0) throw error
    return count
  } finally {
    clearTimeout(timer)
    abortSignal.removeEventListener('abort', abort)
  }
}
