import type { Json } from '@tenon/core/document'
import type { ChatMessage } from '@tenon/core/node'
import { cutText } from '@tenon/core/text'

/** Longest stored text of one message, and of all messages of a request together. */
const MESSAGE_LENGTH = 16_000
const ALL_LENGTH = 60_000

/**
 * Returns the messages of a request in the form of the run log: long texts are cut, and files are named without their
 * bytes.
 *
 * @param last Number of messages from the end; the others are counted only. @defaultValue all
 */
export function toLoggedMessages(messages: readonly ChatMessage[], last: number = messages.length): Json {
  const shown = messages.slice(Math.max(0, messages.length - last))
  const length = Math.min(MESSAGE_LENGTH, Math.floor(ALL_LENGTH / Math.max(1, shown.length)))
  return shown.map((message): Json => {
    if (message.role === 'tool') {
      return { role: 'tool', toolCallId: message.toolCallId, content: cutText(message.content, length, '…') }
    }
    const { role, content } = message
    const text =
      typeof content === 'string'
        ? cutText(content, length, '…')
        : content.map((part) => (part.type === 'text' ? cutText(part.text, length, '…') : fileText(part))).join('\n')
    const calls = message.role === 'assistant' ? (message.toolCalls ?? []) : []
    return { role, content: text, ...(calls.length === 0 ? {} : { toolCalls: calls.map((call) => ({ ...call })) }) }
  })
}

function fileText({
  name = 'file',
  mediaType,
  bytes,
}: {
  name?: string
  mediaType: string
  bytes: Uint8Array
}): string {
  return `[${name}, ${mediaType}, ${bytes.length} bytes]`
}
