import type { ChatMessage, FilePart, LanguageModelRequest, ModelTool, TextPart } from '@tenon/core/node'
import type OpenAI from 'openai'
import { isStrictSchema } from './is-strict-schema.ts'

/** Converts a request to the body of the chat completions protocol; what the request leaves open is left out. */
export function toRequestBody(request: LanguageModelRequest): Omit<OpenAI.ChatCompletionCreateParams, 'stream'> {
  const { model, messages, tools = [], toolChoice, responseSchema, temperature, maxOutputTokens } = request
  return {
    model,
    messages: messages.map(toMessage),
    ...(tools.length === 0 ? {} : { tools: tools.map(toTool) }),
    ...(tools.length === 0 || toolChoice === undefined ? {} : { tool_choice: toolChoice }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxOutputTokens === undefined ? {} : { max_completion_tokens: maxOutputTokens }),
    ...(responseSchema === undefined ? {} : { response_format: toResponseFormat(responseSchema) }),
  }
}

function toMessage(message: ChatMessage): OpenAI.ChatCompletionMessageParam {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: message.content }
    case 'user':
      return {
        role: 'user',
        content: typeof message.content === 'string' ? message.content : message.content.map(toPart),
      }
    case 'assistant': {
      const { content, toolCalls = [] } = message
      if (toolCalls.length === 0) return { role: 'assistant', content }
      const calls = toolCalls.map(({ id, name, arguments: written }) => ({
        id,
        type: 'function' as const,
        function: { name, arguments: written },
      }))
      return { role: 'assistant', content: content === '' ? null : content, tool_calls: calls }
    }
    case 'tool':
      return { role: 'tool', tool_call_id: message.toolCallId, content: message.content }
  }
}

function toPart(part: TextPart | FilePart): OpenAI.ChatCompletionContentPart {
  if (part.type === 'text') return { type: 'text', text: part.text }
  const url = `data:${part.mediaType};base64,${Buffer.from(part.bytes).toString('base64')}`
  return part.mediaType.startsWith('image/')
    ? { type: 'image_url', image_url: { url } }
    : { type: 'file', file: { filename: part.name ?? 'file', file_data: url } }
}

function toTool({ name, description, parameters }: ModelTool): OpenAI.ChatCompletionTool {
  return { type: 'function', function: { name, description, parameters: toSchema(parameters) } }
}

function toResponseFormat({
  name,
  schema,
}: NonNullable<LanguageModelRequest['responseSchema']>): OpenAI.ResponseFormatJSONSchema {
  return { type: 'json_schema', json_schema: { name, schema: toSchema(schema), strict: isStrictSchema(schema) } }
}

/** Returns a schema as the object that the protocol requires. */
export const toSchema = (schema: ModelTool['parameters']): Record<string, unknown> =>
  typeof schema === 'boolean' ? {} : { ...schema }
