import { type FileRef, isJsonObject, type Json, type JsonObject } from '@tenon/core/document'
import type { TenonError } from '@tenon/core/errors'
import { fileRefSchema, type NodeFiles, type NodeParams } from '@tenon/core/node'
import { parseJson } from '@tenon/core/text'
import type { httpCall } from './definition.ts'
import { MOST_BYTES } from './files.ts'
import { paramInvalid, READING_METHODS, type Request } from './request.ts'

type Params = NodeParams<typeof httpCall>

/** A value of a form, as one of a list has it. */
type FormValue = string | FileRef

/**
 * Writes the fields of a body as a form (`application/x-www-form-urlencoded`), or with its files as `multipart/form-data`.
 *
 * @throws {@link TenonError} `NODE_PARAMS_INVALID` for what is no form; `FILE_NOT_FOUND`; `FILE_TOO_LARGE` for more than
 * 32 MB of files together.
 */
export async function withForm(request: Request, params: Params, files: NodeFiles): Promise<Request> {
  const { method, bodyType } = params
  const fields = READING_METHODS.has(method) ? null : fieldsOf(params)
  if (fields === null) return request
  const pairs = Object.entries(fields).flatMap(([name, value]) => valuesOf(name, value).map((one) => ({ name, one })))
  const { headers = {}, ...init } = request.init
  const others = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-type')
  const { body, type } = bodyType === 'form' ? encoded(pairs) : await multipart(pairs, files)
  // The type of a form with files has the boundary of its parts, and that of a form one value only.
  return { ...request, init: { ...init, headers: { ...Object.fromEntries(others), 'content-type': type }, body } }
}

type Pairs = readonly { readonly name: string; readonly one: FormValue }[]

function encoded(pairs: Pairs) {
  const form = new URLSearchParams()
  for (const { name, one } of pairs) {
    if (typeof one !== 'string') throw invalid(`"${name}" is a file. Only a form with files can have one`)
    form.append(name, one)
  }
  return { body: form.toString(), type: 'application/x-www-form-urlencoded' }
}

async function multipart(pairs: Pairs, files: NodeFiles) {
  const form = new FormData()
  let room = MOST_BYTES
  for (const { name, one } of pairs) {
    if (typeof one === 'string') form.append(name, one)
    else {
      const bytes = await files.read(one, room)
      room -= bytes.byteLength
      form.append(name, new Blob([bytes.slice()], { type: one.type }), one.name)
    }
  }
  const response = new Response(form)
  return { body: new Uint8Array(await response.arrayBuffer()), type: response.headers.get('content-type') ?? '' }
}

/** @returns `null` for no body. */
function fieldsOf({ body }: Params): JsonObject | null {
  if (body === undefined || body === null || body === '') return null
  const read =
    typeof body === 'string' ? parseJson(body, { onLoss: 'keep' }) : { ok: true as const, value: body as Json }
  if (read.ok && isJsonObject(read.value)) return read.value
  throw invalid('A form is a JSON object with a field for each name')
}

function valuesOf(name: string, value: Json): readonly FormValue[] {
  return (Array.isArray(value) ? value : [value]).flatMap((one: Json): readonly FormValue[] => {
    // A value that is missing is a field that is not sent.
    if (one === null) return []
    if (typeof one !== 'object') return [String(one)]
    const file = fileRefSchema.safeParse(one)
    if (file.success) return [file.data]
    throw invalid(`"${name}" is neither a text, a number, true, false nor a file`)
  })
}

function invalid(message: string): TenonError {
  return paramInvalid('body', message)
}
