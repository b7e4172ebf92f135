import { type Json, type JsonObject, type JsonSchema, sha256Hex } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { checkJsonSchema } from '@tenon/core/node'
import type { FormField } from '../form-rules/form-fields.ts'
import { mediaTypeOf } from '../http/read-body.ts'

/** Name of the input with the one-time id of a page. */
export const SEND_ID = 'send_id'

/** Name of the input of a field: no field can have that of the id. */
export const inputName = (field: Pick<FormField, 'name'>): string => `field.${field.name}`

/** Fields of a form as a person has sent them. */
export interface SentForm {
  /** One-time id of the page; `null` if the body lacks it. */
  readonly sendId: string | null
  /** Texts by the name of their field, to show them again. */
  readonly typed: ReadonlyMap<string, string>
  /** Input of the run; it may be incomplete if there are faults. */
  readonly input: JsonObject
  /** Sentences about fields, by name. */
  readonly faults: ReadonlyMap<string, string>
  /** Sentences about the form as a whole. */
  readonly general: readonly string[]
}

/** A random id, as the page has it. */
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const NUMBER = /^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]{1,3})?$/i

const FORMAT_FAULTS: Readonly<Partial<Record<FormField['kind'], string>>> = {
  email: 'Enter an email address, such as ada@example.com',
  url: 'Enter an address, such as https://example.com',
  date: 'Enter a date, such as 2026-11-30',
}

/**
 * Reads the body of a form.
 *
 * @throws {@link TenonError} `UNSUPPORTED_MEDIA_TYPE` for a body that is no form, `REQUEST_MALFORMED` for one that is not UTF-8.
 */
export function readForm(
  fields: readonly FormField[],
  schema: JsonSchema,
  { headers, bytes }: { readonly headers: Headers; readonly bytes: Uint8Array },
): SentForm {
  if (mediaTypeOf(headers) !== 'application/x-www-form-urlencoded') {
    throw new TenonError('UNSUPPORTED_MEDIA_TYPE', 'The body must be application/x-www-form-urlencoded')
  }
  const params = new URLSearchParams(decode(bytes))
  const sent = new Map(params)
  const id = sent.get(SEND_ID) ?? ''
  const typed = new Map<string, string>()
  const faults = new Map<string, string>()
  const values: [string, Json][] = []
  for (const field of fields) {
    // Browsers send line ends in the form of the network.
    const text = (sent.get(inputName(field)) ?? '').replaceAll('\r\n', '\n')
    typed.set(field.name, text)
    const read = readValue(field, text)
    if ('fault' in read) faults.set(field.name, read.fault)
    else if (read.value !== undefined) values.push([field.name, read.value])
  }
  const input: JsonObject = Object.fromEntries(values)
  const general = addSchemaFaults(fields, schema, input, faults)
  return { sendId: ID.test(id) ? id : null, typed, input, faults, general }
}

/** Returns the key by which the same page is recognized that is sent twice; one with other answers is another event. */
export function keyOfForm(sendId: string, input: JsonObject): string {
  return `${sendId} ${sha256Hex(JSON.stringify(input))}`
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new TenonError('REQUEST_MALFORMED', 'The body could not be read as UTF-8', { cause })
  }
}

type ReadValue = { readonly value: Json | undefined } | { readonly fault: string }

function readValue(field: FormField, text: string): ReadValue {
  const { kind, isRequired, maxLength } = field
  if (kind === 'checkbox') {
    if (text !== '') return { value: true }
    if (!field.mustBeChecked) return { value: false }
    return isRequired ? { fault: 'Check this box' } : { value: undefined }
  }
  const trimmed = text.trim()
  if (trimmed === '') return isRequired ? { fault: missing(field) } : { value: undefined }
  if (text.includes('\0')) return { fault: 'Remove the character that cannot be stored' }
  if (text.length > maxLength) return { fault: `Enter at most ${maxLength} characters; there are ${text.length}` }
  if (kind === 'choice') {
    const chosen = field.choices.find((choice) => String(choice) === text)
    return chosen === undefined ? { fault: missing(field) } : { value: chosen }
  }
  if (kind === 'number' || kind === 'integer') return readNumber(kind, trimmed)
  return { value: kind === 'area' ? text : trimmed }
}

function readNumber(kind: 'number' | 'integer', text: string): ReadValue {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN
  if (!Number.isFinite(value)) return { fault: numberFault(kind) }
  if (kind === 'integer' && !Number.isInteger(value)) return { fault: numberFault(kind) }
  // It would be stored as another number.
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? { fault: 'The number is too large' } : { value }
}

function numberFault(kind: 'number' | 'integer'): string {
  return kind === 'integer' ? 'Enter a whole number, such as 12' : 'Enter a number, such as 12.5'
}

function missing({ kind }: FormField): string {
  if (kind === 'choice') return 'Choose one of the list'
  return FORMAT_FAULTS[kind] ?? (kind === 'number' || kind === 'integer' ? numberFault(kind) : 'Enter a text')
}

/** Adds the faults that the schema finds, each beside its field; those of no field are returned. */
function addSchemaFaults(
  fields: readonly FormField[],
  schema: JsonSchema,
  input: JsonObject,
  faults: Map<string, string>,
): readonly string[] {
  const general = new Set<string>()
  for (const { path, code, message } of checkJsonSchema(schema, input)) {
    const field = fields.find(({ name }) => name === path[0] || message === `The field "${name}" is missing`)
    if (field === undefined) general.add(message)
    else if (!faults.has(field.name)) {
      const own = code === 'format' ? FORMAT_FAULTS[field.kind] : code === 'required' ? missing(field) : undefined
      faults.set(field.name, own ?? message)
    }
  }
  return [...general]
}
