import { TenonError } from '@tenon/core/errors'
import { createRedactor, maskText } from '@tenon/core/mask'
import type { LanguageModel, LanguageModelRequest, LanguageModelResult, ModelInfo } from '@tenon/core/node'
import { checkOptions, isOptionObject, type OptionCheck, optional, optionFault } from '@tenon/core/options'
import { cutText, repairText } from '@tenon/core/text'
import { modelsCheck, toModels } from '../models/model-catalog.ts'
import { type AiSdkModel, fieldsOf, textIn } from './ai-sdk-model.ts'
import { readResult } from './read-result.ts'
import { readStream } from './read-stream.ts'
import { toAiSdkFailure } from './to-ai-sdk-failure.ts'
import { toCallOptions } from './to-call-options.ts'

const REASON_LENGTH = 300

/** A model object of the AI SDK as an entry of a catalog. */
export interface AiSdkModelInfo extends Omit<ModelInfo, 'id'> {
  /** The model object. Create its provider with the `fetch` of an egress, so that the rules of all nodes apply. */
  readonly languageModel: AiSdkModel
  /** Name by which workflows choose the model. @defaultValue `modelId` of the model object */
  readonly id?: string
}

/** Models of {@link aiSdkLanguageModel}. */
export interface AiSdkLanguageModelOptions {
  /** Model objects to offer, of any providers; the first is the default. */
  readonly models: readonly (AiSdkModel | AiSdkModelInfo)[]
  /** Keys of the providers, which are redacted from error messages. @defaultValue none */
  readonly secrets?: readonly string[]
}

/**
 * Creates a language model from model objects of the AI SDK, of its versions 5 to 7 (`LanguageModelV2` to `V4`). Each of
 * them may be of another provider.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID` for an unknown, missing or faulty option.
 *
 * @example
 * ```ts
 * import { type AiSdkModel, aiSdkLanguageModel } from '@tenon/nodes/server'
 *
 * // createAnthropic({ apiKey, fetch: createEgress().fetch })('claude-sonnet-4-5')
 * declare const claude: AiSdkModel
 * declare const gemini: AiSdkModel
 *
 * export const languageModel = aiSdkLanguageModel({
 *   models: [{ languageModel: claude, title: 'Claude', prices: { input: 3, output: 15 } }, gemini],
 * })
 * ```
 */
export function aiSdkLanguageModel(options: AiSdkLanguageModelOptions): LanguageModel {
  checkOptions('aiSdkLanguageModel', options, { models: aiSdkModelsCheck, secrets: optional(secretsCheck) })
  const redactor = createRedactor(options.secrets ?? [])
  const readable = (text: string): string => cutText(repairText(maskText(redactor.text(text))), REASON_LENGTH, '…')
  const entries = options.models.map(toEntry)
  const objects = new Map(entries.map(({ info, object }) => [info.id, object]))
  return Object.freeze<LanguageModel>({
    models: toModels(entries.map(({ info }) => info)),
    generate: async (request, onText) => {
      const object = objects.get(request.model)
      if (object === undefined) {
        throw new TenonError('MODEL_FAILED', `The server has no model "${request.model}"`, {
          details: { cause: 'unknown-model' },
        })
      }
      try {
        return await ask(object, request, onText)
      } catch (thrown) {
        // A caller that aborts gets its own reason.
        request.abortSignal?.throwIfAborted()
        throw toAiSdkFailure(thrown, Date.now(), readable)
      }
    },
  })
}

async function ask(
  object: AiSdkModel,
  request: LanguageModelRequest,
  onText: ((text: string) => void) | undefined,
): Promise<LanguageModelResult> {
  const options = toCallOptions(request, object.specificationVersion)
  const hasTools = (request.tools ?? []).length > 0
  if (onText !== undefined) {
    const { stream } = await object.doStream(options)
    return readResult(await readStream(stream, object.modelId, onText), hasTools)
  }
  const { content, finishReason, usage, response, structuredOutputText } = fieldsOf(await object.doGenerate(options))
  return readResult(
    {
      ...{ content, finishReason, usage, model: textIn(fieldsOf(response)['modelId']) || object.modelId },
      ...(typeof structuredOutputText === 'string' ? { structuredText: structuredOutputText } : {}),
    },
    hasTools,
  )
}

function toEntry(given: AiSdkModel | AiSdkModelInfo): { readonly info: ModelInfo; readonly object: AiSdkModel } {
  if (!('languageModel' in given)) return { info: { id: given.modelId }, object: given }
  const { languageModel: object, id = object.modelId, ...rest } = given
  return { info: { ...rest, id }, object }
}

// The message contains no value.
const secretsCheck: OptionCheck = (value, field) =>
  Array.isArray(value) && value.every((each) => typeof each === 'string' && each !== '')
    ? []
    : optionFault(field, `${field} must be a list of keys, each a text that is not empty`)

const VERSIONS: ReadonlySet<unknown> = new Set(['v2', 'v3', 'v4'])

const aiSdkModelsCheck: OptionCheck = (value, field) => {
  if (!Array.isArray(value)) return modelsCheck(value, field)
  for (const [index, each] of value.entries()) {
    const object: unknown = isOptionObject(each) && 'languageModel' in each ? each['languageModel'] : each
    const { specificationVersion, modelId, doGenerate, doStream } = fieldsOf(object)
    const isModel = typeof modelId === 'string' && typeof doGenerate === 'function' && typeof doStream === 'function'
    if (!isModel || !VERSIONS.has(specificationVersion)) {
      const entry = `${field}.${index}`
      return optionFault(
        entry,
        `${entry} must be a model object of the AI SDK with specificationVersion v2, v3 or v4, or an entry with one as languageModel`,
      )
    }
  }
  return modelsCheck(
    value.map((each: AiSdkModel | AiSdkModelInfo) => toEntry(each).info),
    field,
  )
}
