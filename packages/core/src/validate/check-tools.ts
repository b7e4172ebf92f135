import { createParamFilling } from '../document/fill-param-defaults.ts'
import { type NodeTool, toolsOf } from '../document/node-tools.ts'
import type { DocumentOperation } from '../document/operation.ts'
import { parseExpression } from '../expression/parse.ts'
import { nodeTypeKey } from '../ids.ts'
import type { Json, JsonObject } from '../json.ts'
import { faultOfTool } from '../node/callees.ts'
import type { NodeManifestEntry } from '../node/definition.ts'
import { faultOfFixedParam, faultOfOpenParam } from '../node/tool-arguments.ts'
import { checkLint } from './check-lint.ts'
import { checkParams } from './check-params.ts'
import { checkRequests } from './check-requests.ts'
import { checkSinks } from './check-sinks.ts'
import { issueFix } from './fix.ts'
import { errorIssue, type ReportIssue, type WorkflowIssue } from './issue.ts'
import type { Meter } from './meter.ts'
import { paramTexts, titleAt } from './param-schema.ts'
import type { SchemaChecker } from './schema-checker.ts'
import type { SurveyedNode, WorkflowSurvey } from './survey.ts'

/** Represents the value that a model gives, so that checks treat it as one that is known at run time only. */
const VALUE_OF_MODEL = '{{run.id}}'

/** A tool whose node type is known and can be called. */
interface CallableTool {
  readonly tool: NodeTool
  readonly entry: NodeManifestEntry
  /** Name for messages. */
  readonly shown: string
}

/**
 * Reports tools of types that are unknown or cannot be called, names that are used twice, params that are left to the model
 * or fixed although they cannot be, and what the checks of nodes find in the params that the author has fixed.
 */
export function* checkTools(
  survey: WorkflowSurvey,
  check: SchemaChecker,
  meter: Meter,
  report: ReportIssue,
): Generator<undefined, void> {
  const entries = new Map(survey.manifest.nodes.map((entry) => [nodeTypeKey(entry.type, entry.version), entry]))
  for (const surveyed of survey.nodes) {
    const param = surveyed.entry?.callsFrom
    if (surveyed.entry === undefined || param === undefined) continue
    if (!Array.isArray(surveyed.params[param])) reportNoList(surveyed, surveyed.entry, param, report)
    const tools = toolsOf(surveyed.entry, surveyed.node.params)
    checkNames(surveyed, tools, report)
    for (const tool of tools) {
      const entry = entries.get(nodeTypeKey(tool.nodeType, tool.typeVersion))
      const callable = callableTool(survey, surveyed, tool, entry, report)
      if (callable === null) continue
      checkApproval(surveyed, callable, report)
      const nodes = [virtualNode(surveyed, callable, report)]
      const own = { ...survey, document: { ...survey.document, variables: [] }, nodes }
      const reportInTool: ReportIssue = (issue) => report(inTool(issue, tool))
      yield* checkParams(own, check, meter, reportInTool)
      yield* checkLint(own, meter, reportInTool)
      yield* checkSinks({ ...survey, nodes }, meter, reportInTool)
      checkRequests(own, reportInTool)
    }
  }
}

function reportNoList({ node, name }: SurveyedNode, entry: NodeManifestEntry, param: string, report: ReportIssue) {
  const values = { param: titleAt(entry.params, [param]) }
  const message = `${name}: "${values.param}" must be a list. Tools are chosen in the workflow, not by an expression`
  report(errorIssue('TOOLS_INVALID', message, { nodeId: node.id, path: ['params', param], values }))
}

/** Reports names that are used twice: a model names the tool that it calls. */
function checkNames({ node, name }: SurveyedNode, tools: readonly NodeTool[], report: ReportIssue): void {
  const taken = new Set(tools.map((tool) => tool.name))
  const seen = new Set<string>()
  for (const { name: tool, path } of tools) {
    if (seen.has(tool)) {
      let number = 2
      while (taken.has(`${tool}_${number}`)) number += 1
      const free = `${tool}_${number}`
      taken.add(free)
      const at = [...path, 'name']
      const operation = { op: 'set_param', nodeId: node.id, path: at, value: free } as const
      const details = { path: ['params', ...at], fix: issueFix('RENAME', { name: free }, [operation]) }
      const message = `${name}: two tools have the name "${tool}"`
      report(errorIssue('TOOL_NAME_DUPLICATE', message, { nodeId: node.id, ...details, values: { tool } }))
    }
    seen.add(tool)
  }
}

function callableTool(
  { manifest }: WorkflowSurvey,
  { node, name }: SurveyedNode,
  tool: NodeTool,
  entry: NodeManifestEntry | undefined,
  report: ReportIssue,
): CallableTool | null {
  const { nodeType: type, typeVersion: version, path } = tool
  const shown = tool.name === '' ? String(tool.index + 1) : tool.name
  if (entry === undefined) {
    const versions = manifest.nodes.flatMap((each) => (each.type === type ? [each.version] : []))
    const latest = Math.max(0, ...versions)
    const at = [...path, 'typeVersion']
    const operation = { op: 'set_param', nodeId: node.id, path: at, value: latest } as const
    const fix = latest === 0 ? {} : { fix: issueFix('USE_VERSION', { node: shown, version: latest }, [operation]) }
    const known = latest === 0 ? '' : `; the latest is version ${latest}`
    const message = `${name}, tool "${shown}": version ${version} of "${type}" does not exist${known}`
    const details = { nodeId: node.id, path: ['params', ...(latest === 0 ? [...path, 'nodeType'] : at)], ...fix }
    report(errorIssue('TOOL_TYPE_UNKNOWN', message, { ...details, values: { type, version, latest } }))
    return null
  }
  const fault = faultOfTool(entry)
  if (fault === null) return { tool, entry, shown }
  const message = `${name}, tool "${shown}": "${entry.title}" cannot be a tool: ${fault}`
  const values = { tool: shown, type: entry.title, fault }
  const at = { nodeId: node.id, path: ['params', ...path, 'nodeType'], values }
  report(errorIssue('TOOL_TYPE_INVALID', message, at))
  return null
}

/** Reports a condition that cannot be read, or that reads anything but the arguments of the call. */
function checkApproval({ node, name }: SurveyedNode, { tool, shown }: CallableTool, report: ReportIssue): void {
  const [param, index] = tool.path
  const entry = (node.params[param] as readonly Json[])[index] as JsonObject
  if (entry.approval !== 'when') return
  const fault = faultOfCondition(entry.approvalWhen)
  if (fault === null) return
  const message = `${name}, tool "${shown}": the condition of its approval cannot be used. ${fault}`
  const details = { nodeId: node.id, path: ['params', ...tool.path, 'approvalWhen'], values: { tool: shown, fault } }
  report(errorIssue('TOOL_APPROVAL_INVALID', message, details))
}

function faultOfCondition(text: Json | undefined): string | null {
  if (typeof text !== 'string' || text.trim() === '') return 'Write one, such as args.amount > 100'
  try {
    parseExpression(text)
    return null
  } catch (error) {
    // The parser throws no other errors.
    return (error as Error).message
  }
}

/** Creates a node as the tool would run it, with a value of the model for each param that is left to it. */
function virtualNode(surveyed: SurveyedNode, { tool, entry, shown }: CallableTool, report: ReportIssue): SurveyedNode {
  const { node, name } = surveyed
  const refuse = (part: 'open' | 'params', param: string, fault: string) => {
    const path = ['params', ...tool.path, part, param]
    const title = titleAt(entry.params, [param])
    const message = `${name}, tool "${shown}": "${title}": ${fault}`
    const values = { tool: shown, param: title, fault }
    report(errorIssue('TOOL_PARAM_INVALID', message, { nodeId: node.id, path, values }))
  }
  const params: Record<string, Json> = {}
  for (const [param, value] of Object.entries(tool.params)) {
    const fault = faultOfFixedParam(entry, param)
    if (fault === null) params[param] = value
    else refuse('params', param, fault)
  }
  for (const param of tool.open) {
    const fault = faultOfOpenParam(entry, param)
    if (fault !== null) refuse('open', param, fault)
    else if (Object.hasOwn(tool.params, param)) refuse('open', param, 'it is fixed and left to the model')
    else params[param] = VALUE_OF_MODEL
  }
  const asNode = { ...node, type: entry.type, typeVersion: entry.version, params }
  return {
    ...surveyed,
    ...{ node: asNode, entry, name: `${name}, tool "${shown}"` },
    params: createParamFilling(entry.params)(params),
    texts: paramTexts(entry.params, params),
    templates: [],
  }
}

/** Moves an issue of the node of a tool, and its fix, to the param of the node that has the tool. */
function inTool(issue: WorkflowIssue, { path: at }: NodeTool): WorkflowIssue {
  const inParams = (path: readonly (string | number)[]) => [...at, 'params', ...path]
  const path = issue.path === undefined ? ['params', ...at] : ['params', ...inParams(issue.path.slice(1))]
  // The checks of params offer no other changes.
  const moved = (operation: DocumentOperation): DocumentOperation => {
    const change = operation as Extract<DocumentOperation, { readonly op: 'set_param' | 'unset_param' }>
    return { ...change, path: inParams(change.path) }
  }
  const { fix } = issue
  return {
    ...issue,
    ...{ path, field: path.join('.') },
    ...(fix === undefined ? {} : { fix: { ...fix, operations: fix.operations.map(moved) } }),
  }
}
