import { arrangeSchema, type JsonObject } from '@tenon/core/document'
import { type ChatMessage, implementNode, type LanguageModel, type NodeParams } from '@tenon/core/node'
import { askForJson } from '../shared/ask-for-json.ts'
import { toPromptText } from '../shared/model-params.ts'
import { llmTransform } from './definition.ts'

/** Binds `llm-transform` to the model of the host. */
export function createLlmTransformNode(languageModel: LanguageModel) {
  return implementNode(llmTransform, async (context) => {
    const { params } = context
    const { value, usage } = await askForJson(
      {
        languageModel,
        model: params.model,
        fallbacks: params.fallbackModels.map((model) => ({ model })),
        schemaName: 'fields',
        // A literal param: it is JSON, and the definition requires an object schema.
        schema: arrangeSchema(params.schema as JsonObject),
        messages: toMessages(params),
        temperature: params.temperature,
        maxOutputTokens: params.maxOutputTokens,
      },
      context,
    )
    return { port: 'success', output: value as JsonObject, usage }
  })
}

function toMessages({ system, prompt }: NodeParams<typeof llmTransform>): readonly ChatMessage[] {
  const question: ChatMessage = { role: 'user', content: toPromptText(prompt) }
  return system.trim() === '' ? [question] : [{ role: 'system', content: system }, question]
}
