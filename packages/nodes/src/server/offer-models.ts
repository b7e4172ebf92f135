import type { AnyNodeImplementation, LintRule, ModelInfo } from '@tenon/core/node'
import { z } from 'zod'
import { fallbackModelsParam } from '../shared/model-params.ts'

/**
 * Narrows the params `model` and `fallbackModels` to the models of the host, so that the editor offers them by name. A node with a model that
 * has retired is reported with its replacement as the fix, and as an error from the day on which it retires.
 *
 * @param today As `2026-11-30`, in UTC: the day on which the server has started.
 */
export function offerModels(
  implementation: AnyNodeImplementation,
  models: readonly ModelInfo[],
  today: string,
): AnyNodeImplementation {
  const [first] = models
  if (first === undefined) return implementation
  const { definition } = implementation
  const titles = Object.fromEntries(models.flatMap(({ id, title }) => (title === undefined ? [] : [[id, title]])))
  const named = Object.keys(titles).length === 0 ? {} : { titles }
  const ids = models.map(({ id }) => id)
  const model = z
    .enum(ids)
    .default(first.id)
    .meta({ title: 'Model', control: 'select', literal: true, ...named })
  const fallbackModels = z
    .array(z.enum(ids).meta({ title: 'Model', ...named }))
    .max(10)
    .default([])
    .meta(fallbackModelsParam.meta() ?? {})
  return Object.freeze({
    ...implementation,
    definition: Object.freeze({
      ...definition,
      params: definition.params.extend({ model, fallbackModels }),
      lint: [...(definition.lint ?? []), ...models.flatMap((each) => retirementRule(each, models, today))],
    }),
  })
}

function retirementRule(model: ModelInfo, models: readonly ModelInfo[], today: string): readonly LintRule[] {
  const { id, title = id, retiresOn, replacement } = model
  if (retiresOn === undefined) return []
  const other = models.find((each) => each.id === replacement)
  const advice = other === undefined ? 'Choose another model.' : `Choose ${other.title ?? other.id} instead.`
  const hasRetired = retiresOn <= today
  return [
    {
      code: 'MODEL_RETIRED',
      severity: hasRetired ? 'error' : 'warning',
      when: `params.model == ${JSON.stringify(id)}`,
      message: `${title} ${hasRetired ? 'retired' : 'retires'} on ${retiresOn}. ${advice}`,
      field: 'model',
      ...(other === undefined
        ? {}
        : { fix: { title: `Use ${other.title ?? other.id}`, value: JSON.stringify(other.id) } }),
    },
  ]
}
