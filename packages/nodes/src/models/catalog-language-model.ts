import type { TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { LanguageModel, ModelInfo } from '@tenon/core/node'
import { aFunction, checkOptions } from '@tenon/core/options'
import { modelsCheck, toModels } from './model-catalog.ts'

/** Question of {@link CatalogLanguageModelOptions.resolveModel}. */
export interface ModelQuestion {
  /** Tenant for whom the model is asked; `null` for a call outside of a run. */
  readonly tenantId: TenantId | null
  /** Id of the model in the catalog. */
  readonly model: string
  /** Aborts when the answer is no longer needed. */
  readonly abortSignal: AbortSignal | null
}

/** Models of a host that come from several providers, or have keys of their own for tenants. */
export interface CatalogLanguageModelOptions {
  /** Models to offer; the first is the default. A name is enough. */
  readonly models: readonly (string | ModelInfo)[]
  /**
   * Returns the language model that answers: with the key of the tenant, or of another provider. It is called for each
   * request, so keep what takes time. `null` if the tenant may not use the model, so that a fallback is asked.
   */
  readonly resolveModel: (question: ModelQuestion) => LanguageModel | null | Promise<LanguageModel | null>
}

/**
 * Creates a language model of which each request goes to the model that the host chooses for the tenant.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID` for an unknown, missing or faulty option.
 *
 * @example
 * ```ts
 * import { openaiLanguageModel } from '@tenon/nodes/openai'
 * import { catalogLanguageModel } from '@tenon/nodes/server'
 * import { createEgress } from '@tenon/runtime/egress'
 *
 * declare const keyOf: (tenantId: string) => Promise<string | null>
 * const { fetch } = createEgress()
 *
 * export const languageModel = catalogLanguageModel({
 *   models: [{ id: 'gpt-5', fallbacks: [{ model: 'gpt-5-mini' }] }, 'gpt-5-mini'],
 *   resolveModel: async ({ tenantId, model }) => {
 *     const apiKey = tenantId === null ? null : await keyOf(tenantId)
 *     return apiKey === null ? null : openaiLanguageModel({ apiKey, models: [model], fetch })
 *   },
 * })
 * ```
 */
export function catalogLanguageModel(options: CatalogLanguageModelOptions): LanguageModel {
  checkOptions('catalogLanguageModel', options, {
    models: modelsCheck,
    resolveModel: aFunction('resolveModel must be a function that returns a LanguageModel or null'),
  })
  const { models, resolveModel } = options
  return Object.freeze<LanguageModel>({
    models: toModels(models),
    generate: async (request, onText) => {
      const { abortSignal = null, model, tenantId = null } = request
      const resolved = await resolve(resolveModel, { tenantId, model, abortSignal })
      return resolved.generate(request, onText)
    },
  })
}

async function resolve(
  resolveModel: CatalogLanguageModelOptions['resolveModel'],
  question: ModelQuestion,
): Promise<LanguageModel> {
  let resolved: LanguageModel | null
  try {
    resolved = await resolveModel(question)
  } catch (thrown) {
    question.abortSignal?.throwIfAborted()
    if (thrown instanceof TenonError) throw thrown
    // Its message may have a key.
    throw new TenonError('MODEL_FAILED', 'The server could not provide the model', {
      ...{ cause: thrown, retryable: true },
      details: { cause: 'unavailable' },
      remedy: 'Try again; the function resolveModel of the server has failed.',
    })
  }
  if (typeof resolved?.generate === 'function') return resolved
  throw new TenonError('MODEL_FAILED', `The model "${question.model}" is not available to this tenant`, {
    details: { cause: 'access' },
    remedy: 'Choose another model, or ask the administrator for access to this one.',
  })
}
