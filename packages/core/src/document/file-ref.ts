import type { FileId } from '../ids.ts'
import { isJsonObject, type Json, type JsonSchema } from '../json.ts'

/** Pattern of a file id. */
export const FILE_ID_PATTERN = /^fil_[0-9a-f]{32}$/

/** Most characters of the name of a file. */
export const MAX_FILE_NAME = 255

/**
 * A file in a value: its id with what expressions and people need to know about it. The bytes are stored beside the run
 * log, and a run that contains the reference keeps the file. A type and no interface, so that it is a value of JSON.
 *
 * @see docs/adr/0085-a-file-is-a-reference.md
 */
export type FileRef = {
  /** Id of the file, unique within the tenant. */
  readonly file: FileId
  /** Name with its extension, without a path. */
  readonly name: string
  /** Media type, such as `application/pdf`. */
  readonly type: string
  /** Size in bytes. */
  readonly size: number
}

/**
 * JSON Schema of a {@link FileRef}, for the field of an input schema that takes a file: forms then show a file picker. Add
 * `enum` to the property `type`, or `maximum` to `size`, to accept some files only.
 */
export const FILE_SCHEMA: JsonSchema = Object.freeze({
  type: 'object',
  format: 'file',
  properties: Object.freeze({
    file: Object.freeze({ type: 'string', pattern: FILE_ID_PATTERN.source, title: 'Id' }),
    name: Object.freeze({ type: 'string', minLength: 1, maxLength: MAX_FILE_NAME, title: 'Name' }),
    type: Object.freeze({ type: 'string', title: 'Type' }),
    size: Object.freeze({ type: 'integer', minimum: 0, title: 'Size' }),
  }),
  required: Object.freeze(['file', 'name', 'type', 'size']),
})

/** Checks whether a schema describes a file. */
export function isFileSchema(schema: Json | undefined): boolean {
  return isJsonObject(schema) && schema.type === 'object' && schema.format === 'file'
}

/** Checks whether a value is a reference to a file; whether the tenant has such a file is not checked. */
export function isFileRef(value: unknown): value is FileRef {
  if (typeof value !== 'object' || value === null) return false
  const { file, name, type, size } = value as Partial<Readonly<Record<keyof FileRef, unknown>>>
  return (
    typeof file === 'string' &&
    FILE_ID_PATTERN.test(file) &&
    typeof name === 'string' &&
    typeof type === 'string' &&
    Number.isSafeInteger(size) &&
    Number(size) >= 0
  )
}

/** Finds the references to files within a value, with their paths; `most` of them at most. */
export function findFileRefs(
  value: Json,
  most = 1_000,
): readonly { readonly path: readonly (string | number)[]; readonly ref: FileRef }[] {
  const found: { readonly path: readonly (string | number)[]; readonly ref: FileRef }[] = []
  const visit = (part: Json, path: readonly (string | number)[]): void => {
    if (found.length >= most || typeof part !== 'object' || part === null) return
    // One may be within another, whose other members are any.
    if (isFileRef(part)) found.push({ path, ref: part })
    for (const [key, member] of Object.entries(part)) visit(member, [...path, Array.isArray(part) ? Number(key) : key])
  }
  visit(value, [])
  return found
}
