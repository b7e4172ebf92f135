import type { ChatMessage, LanguageModelRequest } from '@tenon/core/node'

/** Bytes of a text for each token: less than tokenizers need for English, about what they need for other languages. */
const BYTES_OF_A_TOKEN = 3
/** Tokens of a file, about those of a large picture or two pages. */
const FILE_TOKENS = 2_000
/** Tokens that surround each message. */
const MESSAGE_TOKENS = 4
/** Tokens of a response without a limit. */
const RESPONSE_TOKENS = 2_000

/**
 * Estimates the tokens of a request and its response, for budgets. The response counts with its limit if it has one, so
 * that a request with a limit is rarely estimated too low.
 */
export function estimateTokens({
  messages,
  tools = [],
  responseSchema,
  maxOutputTokens = RESPONSE_TOKENS,
}: Pick<LanguageModelRequest, 'messages' | 'tools' | 'responseSchema' | 'maxOutputTokens'>): {
  readonly inputTokens: number
  readonly outputTokens: number
} {
  const schemas = [...tools, ...(responseSchema === undefined ? [] : [responseSchema])]
  const declared = schemas.reduce((sum, schema) => sum + tokensOf(JSON.stringify(schema)), 0)
  return {
    inputTokens: messages.reduce((sum, message) => sum + MESSAGE_TOKENS + contentTokens(message), declared),
    outputTokens: maxOutputTokens,
  }
}

function contentTokens(message: ChatMessage): number {
  if (message.role === 'assistant') {
    const calls = message.toolCalls ?? []
    return calls.reduce((sum, call) => sum + tokensOf(call.name + call.arguments), tokensOf(message.content))
  }
  if (typeof message.content === 'string') return tokensOf(message.content)
  return message.content.reduce((sum, part) => sum + (part.type === 'text' ? tokensOf(part.text) : FILE_TOKENS), 0)
}

const tokensOf = (text: string): number => Math.ceil(Buffer.byteLength(text) / BYTES_OF_A_TOKEN)
