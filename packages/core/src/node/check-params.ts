import type { z } from 'zod'
import { TenonError } from '../errors/index.ts'
import type { NodeDefinition, NodeParams } from './definition.ts'
import { toIssues } from './zod-issues.ts'

/**
 * Checks params with resolved templates, fills in defaults, and returns them typed.
 *
 * @param resolved - Plain JSON, owned by the caller; it is not changed.
 * @throws {@link TenonError} `NODE_PARAMS_INVALID` with the paths of the faults in `details.issues`; the message
 * contains no values.
 */
export function checkParams<Definition extends NodeDefinition>(
  definition: Definition,
  resolved: unknown,
): NodeParams<Definition> {
  // Without `jitless` zod compiles a checker by `new Function`, which strict content policies report.
  const result = definition.params.safeParse(resolved, { jitless: true })
  // The schema's own output: `z.output<Definition['params']>` by construction, which inference cannot derive.
  if (result.success) return result.data as z.output<Definition['params']>
  const issues = toIssues(result.error, resolved)
  const paths = issues.map(({ path }) => path.join('.') || 'params')
  const message = `Invalid params of "${definition.type}": ${paths.join(', ')}. ${paths[0]}: ${issues[0]?.message}`
  throw new TenonError('NODE_PARAMS_INVALID', message, { details: { issues } })
}
