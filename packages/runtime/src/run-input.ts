import type { JsonSchema } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { checkJsonSchema } from '@tenon/core/node'
import type { Plan, PlanNode } from './interpreter/plan.ts'

/**
 * Returns the first enabled trigger in document order at which runs are started by hand, by the API or by other workflows;
 * `null` without one.
 */
export function firstTrigger({ nodes }: Pick<Plan, 'nodes'>): PlanNode | null {
  return (
    nodes.find(({ control, disabled, trigger }) => control === 'trigger' && trigger === undefined && !disabled) ?? null
  )
}

/** Returns the JSON Schema of the input of runs that start at a trigger; `null` if it takes any input. */
export function inputSchemaOf({ params }: Pick<PlanNode, 'params'>): JsonSchema | null {
  return (params.inputSchema as JsonSchema | undefined) ?? null
}

/**
 * Checks the input of a run against the schema of its trigger.
 *
 * @throws {@link TenonError} `RUN_INPUT_INVALID` (details: `issues`, whose paths begin with `input`), and
 * `JSON_SCHEMA_INVALID` for a schema that cannot be applied to the input.
 */
export function checkRunInput(trigger: Pick<PlanNode, 'params'>, input: unknown): void {
  const schema = inputSchemaOf(trigger)
  const faults = schema === null ? [] : checkJsonSchema(schema, input)
  const [first, ...others] = faults
  if (first === undefined) return
  // Only a fault inside the input has a path worth naming.
  const at = first.path.length === 0 ? 'The run input' : `The run input at "${first.path.join('.')}"`
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  const issues = faults.map((fault) => ({ ...fault, path: ['input', ...fault.path] }))
  throw new TenonError('RUN_INPUT_INVALID', `${at} is not valid: ${first.message}${more}`, { details: { issues } })
}
