import type { NodePolicy } from '../document/types.ts'
import { TenonError } from '../errors/index.ts'
import { nearest } from '../expression/suggest.ts'
import { type OptionChecks, objectOf, optionFaults } from '../options/check-options.ts'
import {
  flag,
  isOptionObject,
  listOf,
  type OptionCheck,
  optional,
  optionFault,
  shownOption,
} from '../options/option-checks.ts'
import { CONTROL_KINDS, NODE_CATEGORIES } from './definition.ts'
import { TRIGGER_KINDS } from './trigger-params.ts'

const EFFECTS = ['none', 'read', 'write'] as const

// Empty and long texts are checked later, with the meaning of each field.
const aText: OptionCheck = (value, field) =>
  typeof value === 'string' ? [] : optionFault(field, `${field} must be a text (got ${shownOption(value)})`)

const oneOf =
  (names: readonly string[]): OptionCheck =>
  (value, field) => {
    if (names.some((name) => name === value)) return []
    const meant = typeof value === 'string' ? nearest(value, names) : null
    const hint = meant === null ? '' : `. Did you mean "${meant}"?`
    return optionFault(field, `${field} must be one of ${names.join(', ')} (got ${shownOption(value)})${hint}`)
  }

const aNumber: OptionCheck = (value, field) =>
  typeof value === 'number' ? [] : optionFault(field, `${field} must be a whole number (got ${shownOption(value)})`)

const aZodObject: OptionCheck = (value, field) =>
  isOptionObject(value) && '_zod' in value && isOptionObject(value['shape'])
    ? []
    : optionFault(field, `${field} must be z.object({ ... }) of zod 4 (got ${shownOption(value)})`)

const PORT = { name: aText, title: aText, description: optional(aText) }
const PORTS_FROM_PARAM = { each: aText, id: aText, title: aText }
const aPort: OptionCheck = (value, field) =>
  objectOf(isOptionObject(value) && 'each' in value ? PORTS_FROM_PARAM : PORT)(value, field)

const anOutput: OptionCheck = (value, field) => {
  if (isOptionObject(value) && '_zod' in value) return []
  if (isOptionObject(value) && 'fromParam' in value)
    return objectOf({ fromParam: aText, as: optional(oneOf(['schema', 'values', 'list', 'event', 'rows'])) })(
      value,
      field,
    )
  return optionFault(field, `${field} must be a schema of zod 4, or { fromParam } (got ${shownOption(value)})`)
}

const outputs: OptionCheck = (value, field) =>
  isOptionObject(value)
    ? Object.entries(value).flatMap(([port, schema]) => anOutput(schema, `${field}.${port}`))
    : optionFault(field, `${field} must be an object with a schema for each port (got ${shownOption(value)})`)

const anything: OptionCheck = () => []

// Checks the names only; values are checked later, with their meaning.
const POLICY = {
  retry: anything,
  retryIf: anything,
  timeout: anything,
  totalTimeout: anything,
  heartbeat: anything,
  taskQueue: anything,
  onError: anything,
  compensation: anything,
  join: anything,
  skipIf: anything,
  idempotency: anything,
} satisfies Readonly<Record<keyof NodePolicy, OptionCheck>>

const CHECKS: OptionChecks = {
  type: aText,
  version: aNumber,
  title: aText,
  description: aText,
  icon: aText,
  category: oneOf(NODE_CATEGORIES),
  params: aZodObject,
  ports: listOf(aPort, 'ports'),
  outputs,
  summary: aText,
  effect: oneOf(EFFECTS),
  inputs: optional(listOf(objectOf({ name: aText, title: optional(aText), maxEdges: anything }), 'inputs')),
  idempotentWhen: optional(aText),
  inline: optional(flag),
  control: optional(oneOf(CONTROL_KINDS)),
  trigger: optional(oneOf(TRIGGER_KINDS)),
  policy: optional(objectOf(POLICY)),
  tool: optional(objectOf({ name: aText, description: aText })),
  calls: optional(listOf(objectOf({ type: aText, version: aNumber }), 'node types')),
  callsFrom: optional(aText),
  lint: optional(
    listOf(
      objectOf({
        code: aText,
        severity: oneOf(['error', 'warning']),
        when: aText,
        message: aText,
        field: optional(aText),
        fix: optional(objectOf({ title: aText, value: aText })),
      }),
      'rules',
    ),
  ),
}

/**
 * Checks that a definition has its fields and no others, each of its type: JavaScript or a cast can pass any value.
 *
 * @throws {@link TenonError} `NODE_DEFINITION_INVALID` with all faults, and the first of them in `details.field`.
 */
export function checkDefinitionShape(definition: unknown): void {
  const faults = optionFaults(isOptionObject(definition) ? definition : {}, CHECKS)
  const [first] = faults
  if (first === undefined) return
  const type = isOptionObject(definition) && typeof definition['type'] === 'string' ? definition['type'] : ''
  const remedy = faults.map(({ message }) => message).join('; ')
  throw new TenonError('NODE_DEFINITION_INVALID', `Node type "${type}": ${remedy}`, {
    remedy,
    details: { type, field: first.field },
  })
}
