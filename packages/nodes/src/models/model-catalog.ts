import { MODEL_FAILURE_CAUSES, type ModelInfo } from '@tenon/core/node'
import { type OptionCheck, optionFault, shownOption } from '@tenon/core/options'
import { z } from 'zod'

const price = z.number().min(0).max(1_000_000)

const modelId = z.string().trim().min(1).max(200)
const fallback = z.strictObject({ model: modelId, on: z.array(z.enum(MODEL_FAILURE_CAUSES)).min(1).exactOptional() })

const modelInfo: z.ZodType<ModelInfo> = z.strictObject({
  id: modelId,
  title: z.string().trim().min(1).max(200).exactOptional(),
  contextTokens: z.int().min(1).exactOptional(),
  prices: z.strictObject({ input: price, cachedInput: price.exactOptional(), output: price }).exactOptional(),
  retiresOn: z.iso.date().exactOptional(),
  replacement: modelId.exactOptional(),
  fallbacks: z.array(fallback).max(10).exactOptional(),
})

/** Checks the models of a host: names or entries of a catalog, each once, with replacements and fallbacks that the catalog has. */
export const modelsCheck: OptionCheck = (value, field) => {
  if (!Array.isArray(value)) {
    const given = shownOption(value)
    return optionFault(field, `${field} must be a list of model names or of models with an id (got ${given})`)
  }
  if (value.length === 0) {
    return optionFault(field, `${field} must name at least one model: the first is the default`)
  }
  const ids = new Set<string>()
  const named: { readonly field: string; readonly id: string }[] = []
  for (const [index, each] of value.entries()) {
    const entry = `${field}.${index}`
    const read = modelInfo.safeParse(typeof each === 'string' ? { id: each } : each)
    if (!read.success) {
      if (typeof each !== 'object' || each === null) {
        return optionFault(entry, `${entry} must be a text that is not empty, or a model with an id`)
      }
      const [issue] = read.error.issues
      const path = [entry, ...(issue?.path ?? []).map(String)].join('.')
      return optionFault(path, `${path} is not valid: ${issue?.message}`)
    }
    const { id, replacement, fallbacks = [] } = read.data
    if (ids.has(id)) return optionFault(entry, `${entry}: the model "${id}" is listed twice`)
    ids.add(id)
    if (replacement !== undefined) named.push({ field: `${entry}.replacement`, id: replacement })
    for (const [at, { model }] of fallbacks.entries()) {
      const where = `${entry}.fallbacks.${at}.model`
      if (model === id) return optionFault(where, `${where} names the model itself`)
      named.push({ field: where, id: model })
    }
  }
  const missing = named.find(({ id }) => !ids.has(id))
  return missing === undefined
    ? []
    : optionFault(missing.field, `${missing.field} names "${missing.id}", which is not one of the models`)
}

/** Returns checked models as entries of a catalog, frozen. */
export function toModels(models: readonly (string | ModelInfo)[]): readonly ModelInfo[] {
  return Object.freeze(
    models.map((model) =>
      Object.freeze(typeof model === 'string' ? { id: model.trim() } : { ...model, id: model.id.trim() }),
    ),
  )
}
