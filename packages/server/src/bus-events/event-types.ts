import type { EventType, EventTypes } from '@tenon/core/api'
import type { Json, JsonSchema } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { checkJsonSchema } from '@tenon/core/node'

/** A type of events that the host sends. */
export interface DeclaredEventType {
  /** Type, 1 to 200 characters, such as `order.created`. */
  readonly type: string
  /** Title for people. @defaultValue the type */
  readonly title?: string
  /** Sentence about the moment at which the host sends it. */
  readonly description?: string
  /** JSON Schema of the data of each event. @defaultValue any data is accepted */
  readonly schema?: JsonSchema
  /** Data of an example, which must fit the schema. */
  readonly example?: Json
}

/** Events that the host sends to its tenants' workflows. */
export interface EventOptions {
  /** Types of events, which people choose from. @defaultValue none */
  readonly types?: readonly DeclaredEventType[]
  /** `refuse` to accept events of declared types only. @defaultValue 'allow' */
  readonly undeclared?: 'allow' | 'refuse'
}

/** The types of events that a server knows. */
export interface EventTypeRegistry {
  /** The types as the API lists them. */
  readonly list: EventTypes
  /**
   * Checks an event against its type.
   *
   * @throws {@link TenonError} `EVENT_TYPE_UNKNOWN`, `EVENT_PAYLOAD_INVALID` (details: `issues`).
   */
  check(type: string, data: Json): void
}

/**
 * Creates the registry of the declared types.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID` for a type that is declared twice, and an example that does not fit.
 */
export function createEventTypes({ types = [], undeclared = 'allow' }: EventOptions = {}): EventTypeRegistry {
  const items = types.map(
    ({ type, title = type, description = null, schema = null, example = null }): EventType =>
      Object.freeze({ type, title, description, schema, example }),
  )
  const byType = new Map(items.map((item) => [item.type, item]))
  if (byType.size < items.length) throw optionFault('A type of events is declared twice')
  for (const { type, example } of types) {
    if (example !== undefined) checkExample(byType.get(type) as EventType, example)
  }
  return {
    list: Object.freeze({ items: Object.freeze(items), undeclared }),
    check: (type, data) => {
      const declared = byType.get(type)
      if (declared === undefined && undeclared === 'refuse') {
        throw new TenonError('EVENT_TYPE_UNKNOWN', `No events of the type "${type}" are declared`)
      }
      checkData(type, declared?.schema ?? null, data)
    },
  }
}

/**
 * Checks the data of an event against a schema.
 *
 * @throws {@link TenonError} `EVENT_PAYLOAD_INVALID` (details: `issues`).
 */
export function checkData(type: string, schema: JsonSchema | null, data: Json): void {
  const [first, ...others] = schema === null ? [] : checkJsonSchema(schema, data)
  if (first === undefined) return
  const path = first.path.join('.')
  const message = `The data of "${type}" is not valid${path === '' ? '' : ` at "${path}"`}: ${first.message}`
  const issues = [first, ...others].map((issue) => ({ ...issue, path: ['data', ...issue.path] }))
  throw new TenonError('EVENT_PAYLOAD_INVALID', message, { details: { issues } })
}

function checkExample({ type, schema }: EventType, example: Json): void {
  try {
    checkData(type, schema, example)
  } catch (cause) {
    if (!(cause instanceof TenonError)) throw cause
    throw optionFault(`The example of "${type}" or its schema: ${cause.message}`, cause)
  }
}

function optionFault(message: string, cause?: unknown): TenonError {
  const issues = [{ path: ['events', 'types'], code: 'invalid', message }]
  return new TenonError('OPTIONS_INVALID', `createWorkflowServer: ${message}`, { cause, details: { issues } })
}
