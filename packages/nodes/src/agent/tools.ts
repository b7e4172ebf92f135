import { isDurationString, isJsonObject, type Json, type JsonObject, type JsonSchema } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { createPlainScope, evaluateExpression } from '@tenon/core/evaluate'
import { parseExpression } from '@tenon/core/expression'
import {
  checkJsonSchema,
  MAX_CALLS,
  type ModelTool,
  type ModelToolCall,
  type NodeCall,
  type NodeContext,
  type NodeManifestEntry,
  type Tool,
  toolArguments,
} from '@tenon/core/node'
import { parseJson } from '@tenon/core/text'
import { issueText } from '../shared/ask-for-json.ts'

/** Longest call of a tool for which neither its author nor its type has a limit. */
const DEFAULT_TIMEOUT = '30s'
const MAX_ISSUES_SHOWN = 10

/** A tool with what the model gets to know of it. */
export interface OfferedTool {
  readonly tool: Tool
  readonly type: NodeManifestEntry
  readonly offer: ModelTool
}

/**
 * Describes the tools of an agent for the model.
 *
 * @throws {@link TenonError} `NODE_TYPE_UNKNOWN` if this process lacks the type of a tool.
 */
export function offerTools(
  tools: readonly Tool[],
  { describeType }: Pick<NodeContext, 'describeType'>,
): readonly OfferedTool[] {
  return tools.map((tool) => {
    const type = describeType(tool.nodeType, tool.typeVersion)
    if (type === null) {
      const name = `"${tool.nodeType}" version ${tool.typeVersion}`
      throw new TenonError(
        'NODE_TYPE_UNKNOWN',
        `The tool "${tool.name}" is of ${name}, which this process does not have`,
      )
    }
    const description = tool.description.trim() === '' ? (type.tool?.description ?? type.title) : tool.description
    return { tool, type, offer: { name: tool.name, description, parameters: toolArguments(type, tool) } }
  })
}

/** A tool call of the model as the call of a node, or the reason for the model why there is none. */
export type ReadCall = { readonly call: NodeCall } | { readonly refusal: string }

/**
 * Reads a tool call of a model: arguments that are not JSON or miss the schema of the tool are given back to the model.
 *
 * @param index - Position among the calls of the response, from 0. Models repeat the ids of their calls.
 */
export function readToolCall(toolCall: ModelToolCall, index: number, tools: readonly OfferedTool[]): ReadCall {
  const found = tools.find(({ tool }) => tool.name === toolCall.name)
  if (found === undefined) {
    const names = tools.map(({ tool }) => tool.name).join(', ')
    return { refusal: `There is no tool "${toolCall.name}". The tools are: ${names}` }
  }
  if (index >= MAX_CALLS) return { refusal: `A response may call at most ${MAX_CALLS} tools` }
  const read = readArguments(toolCall.arguments, found.offer.parameters)
  if ('refusal' in read) return read
  const { tool, type } = found
  return {
    call: {
      ...{ callId: `c${index}`, nodeType: tool.nodeType, typeVersion: tool.typeVersion, title: tool.name },
      params: paramsOfCall(tool, read.args),
      policy: policyOf(tool, type),
      ...(needsApproval(tool, read.args)
        ? { approval: { title: `Allow ${tool.name}?`, message: tool.description, isEditable: true } }
        : {}),
    },
  }
}

/** Returns the params of a call: those that the author has fixed, and the arguments of the model. */
export function paramsOfCall({ params }: Pick<Tool, 'params'>, args: JsonObject): JsonObject {
  // Resolved templates contain JSON only.
  return { ...(params as JsonObject), ...args }
}

/** Reads the arguments of a tool call. */
export function readArguments(
  text: string,
  schema: JsonSchema,
): { readonly args: JsonObject } | { readonly refusal: string } {
  // Models write nothing for a tool without arguments.
  const reading = parseJson(text.trim() === '' ? '{}' : text, { onLoss: 'keep' })
  if (!reading.ok) return { refusal: 'The arguments are not JSON. Call the tool again with a JSON object.' }
  if (!isJsonObject(reading.value)) return { refusal: 'The arguments must be a JSON object.' }
  const args = withoutNulls(reading.value, schema)
  const issues = checkJsonSchema(schema, args)
  if (issues.length === 0) return { args }
  const list = issues.slice(0, MAX_ISSUES_SHOWN).map((issue) => `- ${issueText(issue, 'the arguments')}`)
  return { refusal: ['The arguments do not match the schema of the tool:', ...list].join('\n') }
}

/** Removes nulls of optional arguments: models write them for what they do not want to set. */
function withoutNulls(args: JsonObject, schema: JsonSchema): JsonObject {
  const { required = [] } = schema as { readonly required?: readonly string[] }
  const isMeant = ([name, value]: readonly [string, Json]) => value !== null || required.includes(name)
  return Object.fromEntries(Object.entries(args).filter(isMeant))
}

function policyOf(
  { timeout, attempts }: Tool,
  { policy, control }: NodeManifestEntry,
): NonNullable<NodeCall['policy']> {
  // The run of a workflow has limits of its own.
  if (control === 'child') return { onError: 'fail' }
  return {
    onError: 'fail',
    timeout: timeout !== undefined && isDurationString(timeout) ? timeout : (policy?.timeout ?? DEFAULT_TIMEOUT),
    ...(attempts === undefined ? {} : { retry: { maximumAttempts: attempts } }),
  }
}

function needsApproval({ approval, approvalWhen = '' }: Tool, args: JsonObject): boolean {
  if (approval !== 'when') return approval === 'always'
  try {
    return evaluateExpression(parseExpression(approvalWhen), createPlainScope({ args })) !== false
  } catch {
    // People decide if the condition cannot be judged.
    return true
  }
}
