import type { ChatMessage, FilePart, LanguageModelRequest, TextPart } from '@tenon/core/node'
import type OpenAI from 'openai'
import { isStrictSchema } from './is-strict-schema.ts'
import { toSchema } from './to-request-body.ts'

/**
 * Converts a request to the body of the Responses API; what the request leaves open is left out. The provider keeps
 * nothing of it: the whole conversation is in each request.
 */
export function toResponsesBody(request: LanguageModelRequest): Omit<OpenAI.Responses.ResponseCreateParams, 'stream'> {
  const { model, messages, tools = [], toolChoice, responseSchema, temperature, maxOutputTokens } = request
  return {
    ...{ model, store: false, input: messages.flatMap(toItems) },
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            ...{ type: 'function' as const, name, description, strict: false },
            parameters: toSchema(parameters),
          })),
        }),
    ...(tools.length === 0 || toolChoice === undefined ? {} : { tool_choice: toolChoice }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxOutputTokens === undefined ? {} : { max_output_tokens: maxOutputTokens }),
    ...(responseSchema === undefined
      ? {}
      : {
          text: {
            format: {
              ...{ type: 'json_schema' as const, name: responseSchema.name },
              ...{ schema: toSchema(responseSchema.schema), strict: isStrictSchema(responseSchema.schema) },
            },
          },
        }),
  }
}

function toItems(message: ChatMessage): readonly OpenAI.Responses.ResponseInputItem[] {
  switch (message.role) {
    case 'system':
      return [{ role: 'system', content: message.content }]
    case 'user':
      return [
        {
          role: 'user',
          content: typeof message.content === 'string' ? message.content : message.content.map(toContent),
        },
      ]
    case 'assistant': {
      const { content, toolCalls = [] } = message
      const text = content === '' ? [] : [{ role: 'assistant' as const, content }]
      const calls = toolCalls.map(({ id, name, arguments: written }) => ({
        ...{ type: 'function_call' as const, call_id: id, name, arguments: written },
      }))
      return [...text, ...calls]
    }
    case 'tool':
      return [{ type: 'function_call_output', call_id: message.toolCallId, output: message.content }]
  }
}

function toContent(part: TextPart | FilePart): OpenAI.Responses.ResponseInputContent {
  if (part.type === 'text') return { type: 'input_text', text: part.text }
  const url = `data:${part.mediaType};base64,${Buffer.from(part.bytes).toString('base64')}`
  return part.mediaType.startsWith('image/')
    ? { type: 'input_image', image_url: url, detail: 'auto' }
    : { type: 'input_file', filename: part.name ?? 'file', file_data: url }
}
