import { isJsonObject, type Json, type JsonObject } from '@tenon/core/document'

/** Path of a value in an input: names of members and indexes of items. */
export type FormPath = readonly (string | number)[]

/** Formats a path as a key for errors and elements: `lines/0/total`. */
export function pathKey(path: FormPath): string {
  return path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')
}

/**
 * Returns a copy with another value at a path; missing objects and lists on the path are created.
 *
 * @param next - `undefined` removes a member.
 */
export function writeValue(value: JsonObject, path: FormPath, next: Json | undefined): JsonObject {
  const written = write(value, path, next)
  return isJsonObject(written) ? written : value
}

function write(value: Json | undefined, path: FormPath, next: Json | undefined): Json | undefined {
  const [part, ...rest] = path
  if (part === undefined) return next
  if (typeof part === 'number') {
    const list: Json[] = Array.isArray(value) ? [...value] : []
    const item = write(list[part], rest, next)
    if (item === undefined) list.splice(part, 1)
    else list[part] = item
    return list
  }
  const members: Record<string, Json> = isJsonObject(value) ? { ...value } : {}
  const member = write(members[part], rest, next)
  if (member === undefined) delete members[part]
  else members[part] = member
  return members
}
