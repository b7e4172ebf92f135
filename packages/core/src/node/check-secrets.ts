import { z } from 'zod'
import { isJsonObject, type Json, type JsonObject } from '../json.ts'
import type { NodeDefinition } from './definition.ts'
import { listSummaryPlaceholders } from './definition-parts.ts'

type Fail = (field: string, why: string) => never

/**
 * Refuses a secret param that could not be kept secret: one that is not a text param, that has a default, that the
 * summary shows, or whose node is inline, where secrets are not decrypted.
 */
export function checkSecrets(definition: NodeDefinition, fail: Fail): void {
  const schema = z.toJSONSchema(definition.params, { io: 'input', unrepresentable: 'any' }) as JsonObject
  const properties = schema.properties as JsonObject
  for (const [name, property] of Object.entries(properties)) {
    const field = `params.${name}`
    const isSecret = isJsonObject(property) && property.secret === true
    if (!isSecret && holdsSecret(property as Json)) fail(field, 'only a whole param can be secret, not a part of one')
    if (!isSecret) continue
    if (property.type !== 'string') fail(field, 'a secret must be a text: z.string().meta({ secret: true })')
    if (property.default !== undefined) fail(field, 'a secret cannot have a default')
    if (definition.inline === true) fail(field, 'an inline node cannot have secrets, since they are decrypted in `run`')
    if (listSummaryPlaceholders(definition.summary).includes(name))
      fail('summary', `it shows the secret param "${name}"`)
  }
  if (isJsonObject(schema.$defs) && holdsSecret(schema.$defs)) fail('params', 'a shared schema cannot be secret')
}

function holdsSecret(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (isJsonObject(value) && value.secret === true) return true
  return Object.values(value).some((member) => holdsSecret(member as Json))
}
