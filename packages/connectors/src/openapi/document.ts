import { isJsonObject, type Json, type JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { cutText } from '@tenon/core/text'

/** Methods of operations that become actions. */
export const OPERATION_METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const
/** One of {@link OPERATION_METHODS}. */
export type OperationMethod = (typeof OPERATION_METHODS)[number]

/** An operation of a document. */
export interface DocumentOperation {
  readonly method: OperationMethod
  readonly path: string
  readonly operation: JsonObject
  /** Object of its path, whose parameters and servers are those of each operation. */
  readonly item: JsonObject
}

/** Most operations of a document, those that are not chosen included. */
const MOST_DOCUMENTED = 20_000
/** Longest chain of references; a longer one is circular. */
const MAX_REFERENCES = 20

/** Reads parts of a document and resolves its references. */
export interface DocumentReader {
  readonly root: JsonObject
  /**
   * Returns a value with its reference resolved, and the pointer that it was found at; `null` for a value that is no object, a
   * reference to nothing or to another document, and a chain of references without an end.
   */
  resolve(value: Json | undefined): { readonly value: JsonObject; readonly pointer: string | null } | null
}

/**
 * Opens an OpenAPI document.
 *
 * @throws {@link TenonError} `OPENAPI_INVALID` unless it is a document of OpenAPI 3.0 or 3.1.
 */
export function openDocument(document: unknown): DocumentReader {
  const root = document as Json
  if (!isJsonObject(root)) throw invalid('It must be an object: parse JSON or YAML before')
  const { openapi, swagger } = root
  if (typeof openapi !== 'string' || !/^3\.[01](\.|$)/.test(openapi)) {
    const version = typeof openapi === 'string' ? openapi : typeof swagger === 'string' ? `Swagger ${swagger}` : 'none'
    throw invalid(`It must have the version 3.0 or 3.1 of OpenAPI (got ${version})`)
  }
  if (!isJsonObject(root.paths)) throw invalid('It has no paths')
  return {
    root,
    resolve(value) {
      let found: Json | undefined = value
      let pointer: string | null = null
      for (let length = 0; length < MAX_REFERENCES; length += 1) {
        if (!isJsonObject(found)) return null
        if (typeof found.$ref !== 'string') return { value: found, pointer }
        pointer = found.$ref
        found = valueAt(root, pointer)
      }
      return null
    },
  }
}

function valueAt(root: JsonObject, pointer: string): Json | undefined {
  if (!pointer.startsWith('#/')) return undefined
  let value: Json | undefined = root
  for (const part of pointer.slice(2).split('/')) {
    const name = decode(part).replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Readonly<Record<string, Json>>)[name]
  }
  return value
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/**
 * Lists the operations of a document, in its order, and the paths whose reference leads to nothing.
 *
 * @throws {@link TenonError} `OPENAPI_INVALID` for more than 20,000 operations.
 */
export function operationsOf({ root, resolve }: DocumentReader): {
  readonly operations: readonly DocumentOperation[]
  readonly lostPaths: readonly string[]
} {
  const operations: DocumentOperation[] = []
  const lostPaths: string[] = []
  for (const [path, entry] of Object.entries(root.paths as JsonObject)) {
    if (!path.startsWith('/')) continue
    const item = resolve(entry)?.value
    if (item === undefined) lostPaths.push(path)
    for (const method of OPERATION_METHODS) {
      const operation = item?.[method]
      if (item !== undefined && isJsonObject(operation)) operations.push({ method, path, operation, item })
    }
    if (operations.length + lostPaths.length > MOST_DOCUMENTED) {
      throw invalid(`It has more than ${MOST_DOCUMENTED} operations. Remove those that are not needed`)
    }
  }
  return { operations, lostPaths }
}

/**
 * Returns the parameters of an operation and of its path, of which those of the operation count, with their references
 * resolved; or the reason why they cannot be known.
 */
export function parametersOf(
  { item, operation }: DocumentOperation,
  { resolve }: DocumentReader,
  most: number,
): { readonly parameters: readonly JsonObject[] } | { readonly reason: string } {
  const listed = [item.parameters, operation.parameters].flatMap((each) => (Array.isArray(each) ? [each] : []))
  if (listed.some(({ length }) => length > most)) return { reason: `it has more than ${most} parameters` }
  const parameters = new Map<string, JsonObject>()
  for (const each of listed.flat()) {
    const parameter = resolve(each)?.value
    if (parameter === undefined) return { reason: `a parameter cannot be read${referenceIn(each)}` }
    parameters.set(`${parameter.in} ${parameter.name}`, parameter)
  }
  return { parameters: [...parameters.values()] }
}

/** Returns the reference that leads to nothing, for the end of a reason. */
export function referenceIn(value: Json | undefined): string {
  return isJsonObject(value) && typeof value.$ref === 'string' ? `: "${cutText(value.$ref, 200)}" leads to nothing` : ''
}

/** Creates the error for a document that cannot be read. */
export function invalid(message: string): TenonError {
  return new TenonError('OPENAPI_INVALID', `The OpenAPI document cannot be imported. ${message}`)
}
