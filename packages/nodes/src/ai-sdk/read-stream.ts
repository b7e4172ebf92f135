import { TenonError } from '@tenon/core/errors'
import { fieldsOf, textIn } from './ai-sdk-model.ts'
import type { AiSdkResult } from './read-result.ts'

/** Longest text of one response in characters: more is an error of the server. */
const MAX_TEXT = 16_000_000

/**
 * Reads a stream of parts to its end, and passes the text on as it arrives.
 *
 * @throws {@link TenonError} `MODEL_FAILED`, retryable, for a stream that ends before its part `finish`; the error of the
 * part `error`.
 */
export async function readStream(
  stream: ReadableStream<unknown>,
  modelId: string,
  onText: (text: string) => void,
): Promise<AiSdkResult> {
  const content: Readonly<Record<string, unknown>>[] = []
  let text = ''
  let model = modelId
  let end: Readonly<Record<string, unknown>> | undefined
  for await (const each of stream as ReadableStream<unknown> & AsyncIterable<unknown>) {
    const part = fieldsOf(each)
    switch (part['type']) {
      case 'text-delta': {
        const delta = textIn(part['delta'])
        text += delta
        if (text.length > MAX_TEXT) throw broken('The response of the model provider is too long')
        if (delta !== '') onText(delta)
        break
      }
      case 'tool-call':
        content.push(part)
        break
      case 'response-metadata':
        model = textIn(part['modelId']) || model
        break
      case 'error':
        throw part['error']
      case 'finish':
        end = part
    }
  }
  if (end === undefined) throw broken('The model provider ended its stream before the end of the response')
  return {
    content: [{ type: 'text', text }, ...content],
    finishReason: end['finishReason'],
    usage: end['usage'],
    model,
  }
}

function broken(what: string): TenonError {
  return new TenonError('MODEL_FAILED', what, { retryable: true, details: { cause: 'unreadable', reason: 'stream' } })
}
