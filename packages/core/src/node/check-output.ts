import { z } from 'zod'
import { resolvePorts } from '../document/ports.ts'
import type { ProblemIssue } from '../errors/index.ts'
import { TenonError } from '../errors/index.ts'
import { isJsonObject, type JsonObject, type JsonSchema } from '../json.ts'
import { isFinal, type NodeDefinition, type OutputFromParam } from './definition.ts'
import { eventOutput } from './event-output.ts'
import type { NodeOutcome } from './implementation.ts'
import { checkJsonSchema } from './json-schema/check-json-schema.ts'
import { ANY_LIST, listOutput } from './list-output.ts'
import { rowsOutput } from './rows-output.ts'
import { toIssues } from './zod-issues.ts'

/** Port of a fork, by which the run continues on all of its ports. */
const EVERY_PORT = '*'
const Tokens = z.int().min(0)
const Usage = z.strictObject({
  model: z.string().max(200),
  inputTokens: Tokens,
  cachedInputTokens: Tokens.exactOptional(),
  outputTokens: Tokens,
  calls: Tokens.exactOptional(),
  costUsd: z.number().min(0).exactOptional(),
})
const ANY_OBJECT: JsonSchema = Object.freeze({ type: 'object' })

/**
 * Checks the result of an implementation against the ports and output schemas of its definition.
 *
 * @param params - Resolved params, which may define ports and schemas.
 * @returns The outcome with its output parsed by the schema: defaults filled in, unknown fields dropped if the schema
 * is closed.
 * @throws {@link TenonError} `NODE_OUTPUT_INVALID` for a port that the node does not have, an output outside the schema
 * (`details.issues`), or an invalid usage.
 */
export function checkOutput(
  definition: NodeDefinition,
  outcome: NodeOutcome,
  params: Readonly<Record<string, unknown>>,
): NodeOutcome {
  const { port } = outcome
  const schema = definition.outputs[port] ?? definition.outputs[EVERY_PORT]
  if (schema === undefined || !hasPort(definition, port, params)) {
    throw new TenonError('NODE_OUTPUT_INVALID', `"${definition.type}" returned the unknown port "${port}"`, {
      details: { port },
    })
  }
  if (outcome.usage !== undefined && !Usage.safeParse(outcome.usage, { jitless: true }).success) {
    throw new TenonError('NODE_OUTPUT_INVALID', `"${definition.type}" returned an invalid usage`, {
      details: { port },
    })
  }
  if ('fromParam' in schema) {
    const issues = checkJsonSchema(describedBy(schema, params), outcome.output)
    if (issues.length > 0) throw outputInvalid(definition, port, issues)
    return outcome
  }
  const result = schema.safeParse(outcome.output, { jitless: true })
  if (!result.success) throw outputInvalid(definition, port, toIssues(result.error, outcome.output))
  return { ...outcome, output: result.data }
}

function hasPort(definition: NodeDefinition, port: string, params: Readonly<Record<string, unknown>>): boolean {
  if (isFinal(definition.control)) return Object.hasOwn(definition.outputs, port)
  if (definition.control === 'fork' && port === EVERY_PORT) return true
  if (definition.ports.some((fixed) => 'name' in fixed && fixed.name === port)) return true
  return resolvePorts({ params: params as JsonObject }, { ports: definition.ports }).some(({ name }) => name === port)
}

function describedBy({ fromParam, as }: OutputFromParam, params: Readonly<Record<string, unknown>>): JsonSchema {
  if (as === 'values') return ANY_OBJECT
  if (as === 'list') return listOutput(ANY_LIST)
  // The columns may have changed since the node was set up, so the rows of a run may have others.
  if (as === 'rows') return rowsOutput(undefined)
  const schema = readSchema(params[fromParam])
  return as === 'event' ? eventOutput(schema) : schema
}

function readSchema(value: unknown): JsonSchema {
  const schema = value as JsonSchema
  return typeof schema === 'boolean' || isJsonObject(schema) ? schema : true
}

function outputInvalid({ type }: NodeDefinition, port: string, issues: readonly ProblemIssue[]): TenonError {
  return new TenonError('NODE_OUTPUT_INVALID', `"${type}" returned a value that its port "${port}" does not allow`, {
    details: { port, issues },
  })
}
