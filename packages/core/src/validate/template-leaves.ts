import { type NodeText, textLeaves } from '../document/node-texts.ts'
import { isTemplate } from '../expression/parse.ts'
import type { Json, JsonSchema } from '../json.ts'
import { schemaAt } from './param-schema.ts'

/** The templates in params that are evaluated: not those at places that take literals only. */
export function templateLeaves(schema: JsonSchema, params: Json): NodeText[] {
  return textLeaves(params).filter(({ path, text }) => isTemplate(text) && !schemaAt(schema, path).isLiteral)
}

/** Whether a value is a template or has one in it. */
export function holdsTemplate(value: Json | undefined): boolean {
  if (typeof value === 'string') return isTemplate(value)
  return (
    typeof value === 'object' && value !== null && Object.values(value).some((member) => holdsTemplate(member as Json))
  )
}
