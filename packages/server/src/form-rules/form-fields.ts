import {
  humanize,
  isFileSchema,
  isJsonObject,
  isLongText,
  type Json,
  type JsonObject,
  type JsonSchema,
  orderedProperties,
} from '@tenon/core/document'
import { checkJsonSchema, type FormParams } from '@tenon/core/node'

/** Kinds of fields that a page without scripts can show. */
export type FormFieldKind = 'text' | 'area' | 'email' | 'url' | 'date' | 'number' | 'integer' | 'checkbox' | 'choice'

/** One field of the page of a form. */
export interface FormField {
  readonly name: string
  readonly kind: FormFieldKind
  readonly title: string
  readonly help: string
  readonly isRequired: boolean
  /** Longest text, in characters. */
  readonly maxLength: number
  /** Values of a choice, each with another text. */
  readonly choices: readonly (string | number)[]
  /** Text that the field has at first; `on` for a check box that is checked. */
  readonly initial: string
  /** True for a check box that must be checked, such as for consent. */
  readonly mustBeChecked: boolean
}

/** Reason for which a page cannot ask for what a schema describes. */
export interface FormFault {
  /** Path in the schema, or in the params of the node. */
  readonly path: readonly string[]
  readonly message: string
}

const MAX_FIELDS = 100
const MAX_CHOICES = 500
const MAX_TITLE = 500
const SHORT_TEXT = 1_000
const LONG_TEXT = 20_000

const FORMATS: Readonly<Record<string, FormFieldKind>> = { email: 'email', uri: 'url', date: 'date' }

/**
 * Reads the fields of a form.
 *
 * @returns The faults with their paths in the params of its node.
 */
export function checkForm({ inputSchema = {}, answer, redirectUrl = '' }: Partial<FormParams>): {
  readonly fields: readonly FormField[]
  readonly faults: readonly FormFault[]
} {
  const { fields, faults: own } = readFormFields(inputSchema as JsonSchema)
  const faults = own.map(({ path, message }) => ({ path: ['inputSchema', ...path], message }))
  if (answer !== 'redirect' || URL.canParse(redirectUrl)) return { fields, faults }
  return {
    fields,
    faults: [...faults, { path: ['redirectUrl'], message: 'Enter the page that is shown after sending' }],
  }
}

/** Reads the fields of a form from the schema of its input, in the order of the author. */
export function readFormFields(schema: JsonSchema): {
  readonly fields: readonly FormField[]
  readonly faults: readonly FormFault[]
} {
  if (!isJsonObject(schema) || (schema.type !== undefined && schema.type !== 'object')) {
    return { fields: [], faults: [{ path: [], message: 'The input of a form must be an object' }] }
  }
  const properties = orderedProperties(schema)
  const required = Array.isArray(schema.required) ? schema.required : []
  const faults: FormFault[] = []
  const fields = properties.flatMap(([name, property]) => {
    const field = fieldOf(name, property, required.includes(name))
    if (typeof field !== 'string') return [field]
    faults.push({ path: ['properties', name], message: `The field "${name}" ${field}` })
    return []
  })
  if (properties.length > MAX_FIELDS) {
    faults.push({ path: [], message: `A form has at most ${MAX_FIELDS} fields; this one has ${properties.length}` })
  }
  for (const name of required) {
    if (properties.some(([known]) => known === name)) continue
    faults.push({ path: ['required'], message: `The form has no field "${String(name)}", which the input requires` })
  }
  return { fields, faults: faults.length > 0 ? faults : applicationFaults(schema) }
}

/** Reports a schema that cannot be applied to any input, such as one with a faulty pattern. */
function applicationFaults(schema: JsonSchema): readonly FormFault[] {
  try {
    checkJsonSchema(schema, {})
    return []
  } catch (error) {
    return [{ path: [], message: `The fields cannot be checked: ${error instanceof Error ? error.message : ''}` }]
  }
}

/** Returns a fault as the end of a sentence if no field can be shown. */
function fieldOf(name: string, schema: Json, isRequired: boolean): FormField | string {
  if (!isJsonObject(schema)) return 'has no schema'
  const combined = ['$ref', 'anyOf', 'oneOf', 'allOf'].find((keyword) => schema[keyword] !== undefined)
  if (combined !== undefined) return `uses "${combined}", which a form cannot show`
  if (isFileSchema(schema)) return 'is a file, which a form cannot take: start the run by the API instead'
  const type = typeOf(schema)
  const choices = choicesOf(schema)
  const kind = type === 'boolean' ? 'checkbox' : choices === null ? kindOf(type, name, schema) : 'choice'
  if (kind === null) return faultOf(type, schema)
  const fault = choiceFault(kind, choices, schema)
  if (fault !== null) return fault
  const mustBeChecked = kind === 'checkbox' && choices?.length === 1 && choices[0] === true
  const { title, description, default: initial, maxLength } = schema
  const isText = typeof initial === 'string' || typeof initial === 'number'
  const limit = kind === 'area' ? LONG_TEXT : SHORT_TEXT
  return {
    name,
    kind,
    title: (typeof title === 'string' && title.trim() !== '' ? title : humanize(name) || name).slice(0, MAX_TITLE),
    help: typeof description === 'string' ? description : '',
    isRequired: isRequired && (kind !== 'checkbox' || mustBeChecked),
    maxLength: typeof maxLength === 'number' ? Math.min(maxLength, LONG_TEXT) : limit,
    choices: kind === 'choice' ? ((choices ?? []) as readonly (string | number)[]) : [],
    initial: initial === true ? 'on' : isText ? String(initial) : '',
    mustBeChecked,
  }
}

function kindOf(type: string | null, name: string, schema: JsonObject): FormFieldKind | null {
  if (type === 'number' || type === 'integer') return type
  if (type !== 'string') return null
  if (schema.format === undefined) return isLongText(name, schema) ? 'area' : 'text'
  return FORMATS[String(schema.format)] ?? null
}

function faultOf(type: string | null, { format }: JsonObject): string {
  if (type === 'string') return `has the format "${String(format)}"; a form takes email, uri and date`
  if (type === null) return 'needs one type: string, number, integer or boolean'
  return `is of the type ${type}; a form takes texts, numbers, dates, check boxes and choices`
}

function choiceFault(kind: FormFieldKind, choices: readonly Json[] | null, { type }: JsonObject): string | null {
  if (choices === null) return null
  if (kind === 'checkbox') {
    return choices.includes(true) ? null : 'can only be unchecked'
  }
  const isPlain = choices.every((choice) => typeof choice === 'string' || typeof choice === 'number')
  if (!isPlain) return 'has a choice that is neither a text nor a number'
  if (choices.some((choice) => String(choice).trim() === '')) return 'has an empty choice'
  // It could be chosen, and would be refused each time.
  const other = type === undefined ? undefined : choices.find((choice) => checkJsonSchema({ type }, choice).length > 0)
  if (other !== undefined) return `has the choice "${String(other)}", which its type does not allow`
  if (choices.some((choice) => String(choice).length > SHORT_TEXT)) {
    return `has a choice of more than ${SHORT_TEXT} characters`
  }
  if (new Set(choices.map(String)).size < choices.length) return 'has two choices with the same text'
  return choices.length > MAX_CHOICES ? `has ${choices.length} choices; a form shows at most ${MAX_CHOICES}` : null
}

/** Returns the only type of a schema, ignoring `null`; `null` if it has several or none. */
function typeOf({ type }: JsonObject): string | null {
  if (typeof type === 'string') return type
  const real = Array.isArray(type) ? type.filter((name) => name !== 'null') : []
  return real.length === 1 && typeof real[0] === 'string' ? real[0] : null
}

/** Returns the allowed values but `null`, which an empty field leaves out; `null` if any value is allowed. */
function choicesOf(schema: JsonObject): readonly Json[] | null {
  const { enum: values, const: only } = schema
  const all = Array.isArray(values) ? values : only === undefined ? null : [only]
  return all?.filter((value) => value !== null) ?? null
}
