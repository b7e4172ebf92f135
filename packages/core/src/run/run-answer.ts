import { type FileRef, isFileRef } from '../document/file-ref.ts'
import { TenonError } from '../errors/tenon-error.ts'
import { isHeaderName, isHeaderValue } from '../evaluate/sinks/outbound-rules.ts'
import { isJsonObject, type Json, type JsonObject } from '../json.ts'

/** Forms of the body of an answer: `empty` has none, `file` is the content of a file of the tenant. */
export const ANSWER_FORMATS = ['json', 'text', 'html', 'file', 'empty'] as const
/** One of {@link ANSWER_FORMATS}. */
export type AnswerFormat = (typeof ANSWER_FORMATS)[number]

/**
 * Answer of a run to the caller that waits for it, as a respond node has made it. A type and no interface, so that it is a
 * value of JSON.
 */
export type RunAnswer = {
  /** HTTP status, 200 to 599. */
  readonly status: number
  /** Form of the body. */
  readonly format: AnswerFormat
  /** Headers with names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Any value for `json`, a text for `text` and `html`, a reference for `file`, `null` for `empty`. */
  readonly body: Json
}

/** Largest body of an answer but for a file, in characters of its text. */
const MAX_BODY_LENGTH = 1_048_576
const MAX_HEADERS = 50
const MAX_HEADER_LENGTH = 4_096
/** Statuses whose responses have no body. */
const BODYLESS: ReadonlySet<number> = new Set([204, 205, 304])

/**
 * Headers that an answer may have, beside those that begin with `x-custom-`. Others concern the connection, the origin of
 * the host, the session of the person who looks at the answer, or a proxy in front of the server: many obey headers of
 * their own that begin with `x-`, so only those that none of them can know are open to all.
 */
const ALLOWED_HEADERS: ReadonlySet<string> = new Set([
  ...['cache-control', 'content-disposition', 'content-language', 'content-type', 'etag', 'expires'],
  ...['last-modified', 'location', 'retry-after', 'x-hook-secret', 'x-robots-tag', 'x-total-count'],
])
const OPEN_PREFIX = 'x-custom-'
/** Types by which a page of the host could load the answer as a script or a style. */
const ACTIVE_TYPES = /script|css|wasm|xsl|manifest/i
const MEDIA_TYPE = /^[A-Za-z0-9.+-]+\/[A-Za-z0-9.+-]+( *; *[A-Za-z0-9-]+=[A-Za-z0-9._-]+)*$/

/** Params of an answer, before they are checked. */
export interface AnswerToCheck {
  /** HTTP status. */
  readonly status: number
  /** Form of the body. */
  readonly format: AnswerFormat
  /** Headers by name. */
  readonly headers: Readonly<Record<string, string | number | boolean>>
  /** Body, unless the form is `file` or `empty`. */
  readonly body?: unknown
  /** File, for the form `file`. */
  readonly file?: FileRef | undefined
}

/**
 * Checks an answer, so that every server can send it as it is.
 *
 * @throws {@link TenonError} `RUN_ANSWER_INVALID` for a status that is no end of a request, a header that an answer may
 * not have or that a line cannot carry, or a body that does not fit its form.
 */
export function toRunAnswer({ status, format, headers, body, file }: AnswerToCheck): RunAnswer {
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw invalid(`The status must be an integer from 200 to 599 (got ${status})`)
  }
  if (BODYLESS.has(status) && format !== 'empty') throw invalid(`A response with status ${status} has no body`)
  return { status, format, headers: checkedHeaders(headers), body: bodyOf(format, body, file) }
}

/** Checks the output of a respond node before it is stored; `null` for one without an answer that may be sent. */
export function checkRunAnswer(output: Json): RunAnswer | null {
  const parts = partsOf(output)
  if (parts === null) return null
  const { body } = parts
  try {
    return toRunAnswer({ ...parts, ...(isFileRef(body) ? { file: body } : {}) })
  } catch {
    return null
  }
}

/**
 * Reads an answer from the stored output of a respond node; `null` for what none has made. Headers that this version
 * refuses, and an earlier one has accepted, are left out: the caller gets the rest.
 */
export function readRunAnswer(output: Json): RunAnswer | null {
  const parts = partsOf(output)
  if (parts === null || parts.status < 200 || parts.status > 599) return null
  const { status, format, body } = parts
  const headers = Object.entries(parts.headers).filter(([name, value]) => headerFault(name, value) === null)
  const isBodyless = BODYLESS.has(status)
  return {
    status,
    format: isBodyless ? 'empty' : format,
    headers: Object.fromEntries(headers),
    body: isBodyless ? null : body,
  }
}

function partsOf(output: Json): RunAnswer | null {
  const answer = isJsonObject(output) ? output.response : null
  if (!isJsonObject(answer) || !isJsonObject(answer.headers)) return null
  const { body = null, format, status } = answer
  const known = ANSWER_FORMATS.find((each) => each === format)
  if (known === undefined || typeof status !== 'number') return null
  return { status, format: known, headers: answer.headers as JsonObject & RunAnswer['headers'], body }
}

/** Checks whether a browser could load content of a media type as a part of another page that acts, such as a script. */
export function isActiveType(mediaType: string): boolean {
  return ACTIVE_TYPES.test(mediaType)
}

function checkedHeaders(headers: AnswerToCheck['headers']): RunAnswer['headers'] {
  const entries = Object.entries(headers)
  if (entries.length > MAX_HEADERS)
    throw invalid(`An answer has at most ${MAX_HEADERS} headers (got ${entries.length})`)
  const checked = new Map<string, string>()
  for (const [given, value] of entries) {
    const name = given.toLowerCase()
    const text = String(value)
    const fault = checked.has(name) ? `The header "${name}" is given twice` : headerFault(given, text)
    if (fault !== null) throw invalid(fault)
    checked.set(name, text)
  }
  return Object.fromEntries(checked)
}

function headerFault(given: string, text: string): string | null {
  const name = given.toLowerCase()
  if (!isHeaderName(given)) return `"${given.slice(0, 40)}" is no name of a header`
  if (!ALLOWED_HEADERS.has(name) && !name.startsWith(OPEN_PREFIX)) {
    const own = name.startsWith('x-') ? `; name one of your own "${OPEN_PREFIX}${name.slice(2, 40)}"` : ''
    return `An answer cannot set the header "${name.slice(0, 40)}"${own}`
  }
  if (!isHeaderValue(text) || text.length > MAX_HEADER_LENGTH) {
    return `The header "${name}" must be one line of at most ${MAX_HEADER_LENGTH} characters of Latin-1`
  }
  return valueFault(name, text)
}

function valueFault(name: string, text: string): string | null {
  if (name === 'content-type') {
    return MEDIA_TYPE.test(text) && !isActiveType(text) ? null : 'The content type must be one that no page can execute'
  }
  if (name !== 'location') return null
  const isWeb = URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
  return isWeb ? null : 'The location must be an http or https URL with its host'
}

function bodyOf(format: AnswerFormat, body: unknown, file: FileRef | undefined): Json {
  switch (format) {
    case 'empty':
      return null
    case 'file':
      if (file === undefined) throw invalid('Choose the file that the answer has')
      return file
    case 'json': {
      const value = (body ?? null) as Json
      checkLength(JSON.stringify(value).length)
      return value
    }
    case 'text':
    case 'html': {
      const text = typeof body === 'string' ? body : body == null ? '' : JSON.stringify(body)
      checkLength(text.length)
      return text
    }
  }
}

function checkLength(length: number): void {
  if (length <= MAX_BODY_LENGTH) return
  throw invalid(`The body has ${length} characters, and at most ${MAX_BODY_LENGTH} are allowed`, 'Answer with a file.')
}

function invalid(message: string, remedy?: string): TenonError {
  return new TenonError('RUN_ANSWER_INVALID', message, remedy === undefined ? {} : { remedy })
}
