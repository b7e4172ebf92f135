import { z } from 'zod'
import { findRetryFaults } from '../document/retry-policy.ts'
import { isDurationString } from '../duration.ts'
import { TenonError } from '../errors/index.ts'
import { SINK_NAMES } from '../evaluate/sinks/sink.ts'
import { parseExpression } from '../expression/parse.ts'
import { nodeTypeKey, PORT_NAME_PATTERN } from '../ids.ts'
import { isJsonObject, type Json, type JsonObject } from '../json.ts'
import { checkDefinitionShape } from './check-definition-shape.ts'
import { checkParamSchemas } from './check-param-schemas.ts'
import { isFinal, type NodeDefinition, type ParamMeta } from './definition.ts'
import { isPortsFromParam, listSummaryPlaceholders } from './definition-parts.ts'
import { TRIGGER_PARAMS } from './trigger-params.ts'

const TYPE_PATTERN = /^[a-z][a-z0-9]*(-[a-z0-9]+)*(\/[a-z][a-z0-9]*(-[a-z0-9]+)*)?$/
// Path data only: characters that could open an element or an entity are not allowed.
const ICON_PATTERN = /^[MmLlHhVvCcSsQqTtAaZz0-9eE\s,.+-]{2,2000}$/
const TITLE_MAX_LENGTH = 60
const DESCRIPTION_MAX_LENGTH = 80

type Fail = (field: string, why: string) => never

/** Refuses a definition that the editor, the validator or the machine cannot use. */
export function checkDefinition(definition: NodeDefinition): void {
  const fail: Fail = (field, why) => {
    throw new TenonError('NODE_DEFINITION_INVALID', `Node type "${definition.type}", ${field}: ${why}`, {
      details: { type: definition.type, field },
    })
  }
  checkDefinitionShape(definition)
  checkIdentity(definition, fail)
  for (const name of Object.keys(definition.params.shape)) {
    if (!PORT_NAME_PATTERN.test(name)) fail(`params.${name}`, 'the name does not match ^[a-z][A-Za-z0-9_-]*$')
  }
  checkPorts(definition, fail)
  checkOutputs(definition, fail)
  checkInputs(definition, fail)
  checkNamedParams(definition, fail)
  checkChild(definition, fail)
  checkTrigger(definition, fail)
  checkCallable(definition, fail)
  checkSecrets(definition, fail)
  checkConnection(definition, fail)
  checkRepetition(definition, fail)
  checkSinks(definition, fail)
  checkParamSchemas(definition, fail)
  checkPolicy(definition, fail)
}

function checkIdentity(definition: NodeDefinition, fail: Fail): void {
  const { type, version, title, description, icon } = definition
  if (!TYPE_PATTERN.test(type)) fail('type', 'it must be kebab-case, or vendor/name')
  if (!Number.isSafeInteger(version) || version < 1) fail('version', 'it must be a whole number of at least 1')
  if (title.trim() === '' || title.length > TITLE_MAX_LENGTH)
    fail('title', `it must have 1 to ${TITLE_MAX_LENGTH} characters`)
  if (description.trim() === '' || description.length > DESCRIPTION_MAX_LENGTH) {
    fail('description', `it must have 1 to ${DESCRIPTION_MAX_LENGTH} characters`)
  }
  if (!ICON_PATTERN.test(icon)) fail('icon', 'it must be SVG path data, not markup')
}

function checkPorts(definition: NodeDefinition, fail: Fail): void {
  const names = new Set<string>()
  for (const [index, port] of definition.ports.entries()) {
    if (isPortsFromParam(port)) {
      const param = port.each.slice('params.'.length)
      if (!hasParam(definition, param)) fail(`ports.${index}.each`, `unknown param "${param}"`)
      continue
    }
    if (!PORT_NAME_PATTERN.test(port.name)) fail(`ports.${index}`, 'the name does not match ^[a-z][A-Za-z0-9_-]*$')
    if (port.name === 'error') fail(`ports.${index}`, '"error" is reserved: every node has it by its policy')
    if (names.has(port.name)) fail(`ports.${index}`, `"${port.name}" is used twice`)
    if (definition.outputs[port.name] === undefined) fail(`ports.${index}`, `outputs has no schema for "${port.name}"`)
    names.add(port.name)
  }
}

function checkOutputs(definition: NodeDefinition, fail: Fail): void {
  const names = new Set(definition.ports.flatMap((port) => (isPortsFromParam(port) ? ['*'] : [port.name])))
  // No edge leaves these nodes, but their output has a schema.
  if (isFinal(definition.control)) names.add('end')
  for (const [name, schema] of Object.entries(definition.outputs)) {
    if (name === 'error') fail('outputs.error', '"error" is reserved: every node has it by its policy')
    if (!names.has(name)) fail(`outputs.${name}`, 'unknown port')
    if ('fromParam' in schema && !hasParam(definition, schema.fromParam)) {
      fail(`outputs.${name}.fromParam`, `unknown param "${schema.fromParam}"`)
    }
  }
  if (names.has('*') && definition.outputs['*'] === undefined)
    fail('outputs', 'it has no schema "*" for the ports from params')
}

function checkInputs(definition: NodeDefinition, fail: Fail): void {
  const names = new Set<string>()
  for (const [index, input] of (definition.inputs ?? []).entries()) {
    if (!PORT_NAME_PATTERN.test(input.name)) fail(`inputs.${index}`, 'the name does not match ^[a-z][A-Za-z0-9_-]*$')
    if (names.has(input.name)) fail(`inputs.${index}`, `"${input.name}" is used twice`)
    names.add(input.name)
  }
  if (definition.control === 'trigger' && names.size > 0) fail('inputs', 'a trigger has no inputs')
}

function checkNamedParams(definition: NodeDefinition, fail: Fail): void {
  for (const name of listSummaryPlaceholders(definition.summary)) {
    if (!hasParam(definition, name)) fail('summary', `unknown param "${name}"`)
  }
  for (const [index, rule] of (definition.lint ?? []).entries()) {
    if (rule.field !== undefined && !hasParam(definition, rule.field.replace(/\..*$/, ''))) {
      fail(`lint.${index}.field`, `unknown param "${rule.field}"`)
    }
    if (rule.fix === undefined) continue
    if (rule.field === undefined) fail(`lint.${index}.fix`, 'a fix needs a field to write')
    checkExpression(rule.fix.value, `lint.${index}.fix.value`, fail)
  }
}

/** Refuses a definition that starts runs and lacks a param that names the workflow or the input. */
function checkChild({ control, params, inline }: NodeDefinition, fail: Fail): void {
  if (control !== 'child') return
  const { workflow, input } = params.shape
  if (inline !== true) fail('inline', 'a node that starts runs must be inline')
  if (workflow?.meta()?.literal !== true)
    fail('params.workflow', 'it must be a literal param with the id of a workflow')
  if (input === undefined) fail('params.input', 'a node that starts runs needs a param with their input')
}

/** Secrets are literal anyway. */
function isLiteral(meta: ParamMeta | undefined): boolean {
  return meta?.literal === true || meta?.secret === true
}

/** Refuses a trigger that lacks a param that the server reads. */
function checkTrigger(definition: NodeDefinition, fail: Fail): void {
  const { trigger, control } = definition
  if (trigger === undefined) return
  if (control !== 'trigger') fail('trigger', "only a node with control: 'trigger' starts runs")
  for (const name of Object.keys(TRIGGER_PARAMS[trigger].shape)) {
    if (!hasParam(definition, name)) fail(`params.${name}`, `a ${trigger} needs this param: use ${trigger}Params`)
  }
  // Nothing has run before it that an expression could read.
  const open = Object.entries(definition.params.shape).find(([, param]) => !isLiteral(param.meta()))
  if (trigger === 'poll' && open !== undefined) fail(`params.${open[0]}`, 'a param of a poll must be literal')
}

/** Refuses calls of a node that cannot wait for them, and node types that are listed twice. */
function checkCallable({ calls, callsFrom, params, inline, control }: NodeDefinition, fail: Fail): void {
  if (callsFrom !== undefined) {
    if (inline === true || control !== undefined)
      fail('callsFrom', 'only a node with `run` and without `control` can call')
    if (params.shape[callsFrom]?.meta()?.control !== 'tools') fail('callsFrom', 'it must name a param with toolsParam')
  }
  if (calls === undefined) return
  if (inline === true || control !== undefined) fail('calls', 'only a node with `run` and without `control` can call')
  const seen = new Set<string>()
  for (const [index, { type, version }] of calls.entries()) {
    const key = nodeTypeKey(type, version)
    if (seen.has(key)) fail(`calls.${index}`, `"${type}" version ${version} is listed twice`)
    seen.add(key)
  }
}

function checkRepetition({ idempotentWhen }: NodeDefinition, fail: Fail): void {
  if (idempotentWhen !== undefined) checkExpression(idempotentWhen, 'idempotentWhen', fail)
}

function checkExpression(text: string, field: string, fail: Fail): void {
  try {
    parseExpression(text)
  } catch (error) {
    // The parser throws no other errors.
    fail(field, (error as TenonError).message)
  }
}

function checkSinks(definition: NodeDefinition, fail: Fail): void {
  for (const [name, param] of Object.entries(definition.params.shape)) {
    const sink: unknown = param.meta()?.sink
    const fromParam = typeof sink === 'object' && sink !== null && 'fromParam' in sink ? sink.fromParam : undefined
    const isNamed = SINK_NAMES.some((known) => known === sink)
    const isKnown = typeof fromParam === 'string' ? hasParam(definition, fromParam) : isNamed
    if (sink !== undefined && !isKnown)
      fail(`params.${name}.sink`, `it must be one of ${SINK_NAMES.join(', ')}, or name a param`)
  }
}

function hasParam(definition: NodeDefinition, name: string): boolean {
  return Object.hasOwn(definition.params.shape, name)
}

/**
 * Refuses a secret param that could not be kept secret: one that is not a text param, that has a default, that the
 * summary shows, or whose node is inline, where secrets are not decrypted.
 */
function checkSecrets(definition: NodeDefinition, fail: Fail): void {
  const schema = z.toJSONSchema(definition.params, { io: 'input', unrepresentable: 'any' }) as JsonObject
  const properties = schema.properties as JsonObject
  for (const [name, property] of Object.entries(properties)) {
    const field = `params.${name}`
    const isSecret = isJsonObject(property) && property.secret === true
    if (!isSecret && holdsSecret(property as Json)) fail(field, 'only a whole param can be secret, not a part of one')
    if (!isSecret) continue
    if (property.type !== 'string') fail(field, 'a secret must be a text: z.string().meta({ secret: true })')
    if (property.default !== undefined) fail(field, 'a secret cannot have a default')
    // The server itself reads those of a trigger.
    if (definition.inline === true && definition.trigger === undefined)
      fail(field, 'an inline node cannot have secrets, since they are decrypted in `run`')
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

/** Refuses params that name a connection in a way that the engine would not open. */
function checkConnection({ params, inline, trigger }: NodeDefinition, fail: Fail): void {
  const named = Object.entries(params.shape).filter(([, param]) => param.meta()?.control === 'connection')
  const [first, second] = named
  if (first === undefined) return
  const field = `params.${first[0]}`
  if (second !== undefined) fail(`params.${second[0]}`, 'a node has one connection')
  if (first[1].meta()?.literal !== true) fail(field, 'a connection must be a literal param: .meta({ literal: true })')
  if (inline === true && trigger !== 'poll')
    fail(field, 'an inline node cannot have a connection, since it sends no requests')
}

/** Refuses an invalid default policy. */
function checkPolicy({ type, policy }: NodeDefinition, fail: Fail): void {
  if (policy === undefined) return
  for (const field of ['timeout', 'totalTimeout', 'heartbeat'] as const) {
    const duration = policy[field]
    if (duration !== undefined && !isDurationString(duration)) {
      fail(`policy.${field}`, 'it must be a duration like 30s')
    }
  }
  if (policy.compensation !== undefined)
    fail('policy.compensation', 'only a workflow knows the node that undoes another')
  const [fault] = policy.retry === undefined ? [] : findRetryFaults(policy.retry)
  if (fault === undefined) return
  throw new TenonError('RETRY_POLICY_INVALID', `Node type "${type}", policy.retry: ${fault.message}`, {
    details: { type, field: `policy.retry.${fault.field}` },
  })
}
