import type { z } from 'zod'
import { TenonError } from '../errors/index.ts'
import type { NodeDefinition, NodeParams } from './definition.ts'
import { toIssues } from './zod-issues.ts'

/**
 * Checks params whose templates are resolved, fills in defaults, and gives them their type.
 *
 * @param resolved - Plain JSON, owned by the caller; it is not changed.
 * @throws {@link TenonError} `NODE_PARAMS_INVALID` with the faulty places in `details.issues`; values never
 * stand in the message.
 */
export function checkParams<Definition extends NodeDefinition>(
  definition: Definition,
  resolved: unknown,
): NodeParams<Definition> {
  // Without `jitless` zod compiles a checker by `new Function`, which strict content policies report.
  const result = definition.params.safeParse(resolved, { jitless: true })
  // The schema's own output: `z.output<Definition['params']>` by construction, out of reach for inference.
  if (result.success) return result.data as z.output<Definition['params']>
  const issues = toIssues(result.error, resolved)
  const places = issues.map(({ path }) => path.join('.') || 'params')
  const message = `Params of "${definition.type}" do not fit: ${places.join(', ')}. ${places[0]}: ${issues[0]?.message}`
  throw new TenonError('NODE_PARAMS_INVALID', message, { details: { issues } })
}
