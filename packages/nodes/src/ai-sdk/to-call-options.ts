import { isJsonObject } from '@tenon/core/document'
import type { ChatMessage, FilePart, LanguageModelRequest, ModelToolCall, TextPart } from '@tenon/core/node'
import { parseJson } from '@tenon/core/text'
import type { AiSdkModel } from './ai-sdk-model.ts'

/** Converts a request to the options of a call; what the request leaves open is left out. */
export function toCallOptions(request: LanguageModelRequest, version: AiSdkModel['specificationVersion']): object {
  const {
    abortSignal,
    maxOutputTokens,
    messages,
    responseSchema,
    temperature,
    toolChoice = 'auto',
    tools = [],
  } = request
  return {
    prompt: toPrompt(messages, version),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(abortSignal === undefined ? {} : { abortSignal }),
    ...(responseSchema === undefined
      ? {}
      : {
          responseFormat: {
            ...{ type: 'json', name: responseSchema.name },
            schema: typeof responseSchema.schema === 'boolean' ? {} : responseSchema.schema,
          },
        }),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            ...{ type: 'function', name, description },
            inputSchema: typeof parameters === 'boolean' ? { type: 'object' } : parameters,
          })),
          toolChoice: { type: toolChoice },
        }),
  }
}

/** Results name their tool here, which the messages have in the call. */
function toPrompt(messages: readonly ChatMessage[], version: AiSdkModel['specificationVersion']): readonly object[] {
  const names = new Map<string, string>()
  const prompt: { readonly role: string; readonly content: unknown }[] = []
  // Some providers take instructions at the beginning only.
  const inOrder = [
    ...messages.filter(({ role }) => role === 'system'),
    ...messages.filter(({ role }) => role !== 'system'),
  ]
  for (const message of inOrder) {
    switch (message.role) {
      case 'system':
        prompt.push({ role: 'system', content: message.content })
        break
      case 'user':
        prompt.push({ role: 'user', content: partsOf(message.content).map((part) => toPart(part, version)) })
        break
      case 'assistant': {
        const { content, toolCalls = [] } = message
        for (const { id, name } of toolCalls) names.set(id, name)
        const text = content === '' ? [] : [{ type: 'text', text: content }]
        prompt.push({ role: 'assistant', content: [...text, ...toolCalls.map(toCall)] })
        break
      }
      case 'tool': {
        const { toolCallId, content } = message
        const toolName = names.get(toolCallId) ?? 'unknown'
        const result = { type: 'tool-result', toolCallId, toolName, output: { type: 'text', value: content } }
        const last = prompt.at(-1)
        // The results of one message belong together.
        if (last?.role === 'tool' && Array.isArray(last.content)) last.content.push(result)
        else prompt.push({ role: 'tool', content: [result] })
      }
    }
  }
  return prompt
}

const partsOf = (content: string | readonly (TextPart | FilePart)[]): readonly (TextPart | FilePart)[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : content

function toPart(part: TextPart | FilePart, version: AiSdkModel['specificationVersion']): object {
  if (part.type === 'text') return { type: 'text', text: part.text }
  const { mediaType, name, bytes } = part
  const data = version === 'v4' ? { type: 'data', data: bytes } : bytes
  return { type: 'file', mediaType, data, ...(name === undefined ? {} : { filename: name }) }
}

/** Arguments that are no JSON object are sent as one, since providers refuse others. */
function toCall({ id, name, arguments: written }: ModelToolCall): object {
  const reading = parseJson(written, { onLoss: 'keep' })
  const input = reading.ok && isJsonObject(reading.value) ? reading.value : { arguments: written }
  return { type: 'tool-call', toolCallId: id, toolName: name, input }
}
