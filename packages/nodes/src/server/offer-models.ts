import type { AnyNodeImplementation } from '@tenon/core/node'
import { z } from 'zod'

/** Narrows the param `model` to the models of the host, so that the editor offers them by name. */
export function offerModels(implementation: AnyNodeImplementation, models: readonly string[]): AnyNodeImplementation {
  const [first] = models
  if (first === undefined) return implementation
  const { definition } = implementation
  const model = z.enum(models).default(first).meta({ title: 'Model', control: 'select', literal: true })
  return Object.freeze({
    ...implementation,
    definition: Object.freeze({ ...definition, params: definition.params.extend({ model }) }),
  })
}
