import type { ParamPath } from '../document/operation.ts'
import { isTemplate } from '../expression/parse.ts'
import type { Json, JsonSchema } from '../json.ts'
import { schemaAt } from './param-schema.ts'

/** A text in params that holds expressions. */
export interface TemplateLeaf {
  readonly path: ParamPath
  readonly text: string
}

/** Texts at any depth, with their places. */
export function textLeaves(value: Json, path: ParamPath = []): TemplateLeaf[] {
  if (typeof value === 'string') return [{ path, text: value }]
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((item: Json, index) => textLeaves(item, [...path, index]))
  return Object.entries(value).flatMap(([key, member]) => textLeaves(member as Json, [...path, key]))
}

/** The templates in params that are evaluated: not those at places that take literals only. */
export function templateLeaves(schema: JsonSchema, params: Json): TemplateLeaf[] {
  return textLeaves(params).filter(({ path, text }) => isTemplate(text) && !schemaAt(schema, path).isLiteral)
}

/** Whether a value is a template or has one in it. */
export function holdsTemplate(value: Json | undefined): boolean {
  if (typeof value === 'string') return isTemplate(value)
  return (
    typeof value === 'object' && value !== null && Object.values(value).some((member) => holdsTemplate(member as Json))
  )
}
