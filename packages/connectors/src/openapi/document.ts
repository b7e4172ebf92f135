import { isJsonObject, type Json, type JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'

/** Methods of operations that become actions. */
export const OPERATION_METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const
/** One of {@link OPERATION_METHODS}. */
export type OperationMethod = (typeof OPERATION_METHODS)[number]

/** An operation of a document, with the parameters of its path. */
export interface DocumentOperation {
  readonly method: OperationMethod
  readonly path: string
  readonly operation: JsonObject
  /** Parameters of the path and of the operation, of which those of the operation count; references are resolved. */
  readonly parameters: readonly JsonObject[]
}

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

/** Lists the operations of a document, in its order. */
export function operationsOf({ root, resolve }: DocumentReader): readonly DocumentOperation[] {
  return Object.entries((root.paths ?? {}) as JsonObject).flatMap(([path, entry]) => {
    const item = path.startsWith('/') ? resolve(entry)?.value : undefined
    if (item === undefined) return []
    return OPERATION_METHODS.flatMap((method) => {
      const operation = item[method]
      if (!isJsonObject(operation)) return []
      const parameters = new Map<string, JsonObject>()
      for (const listed of [item.parameters, operation.parameters]) {
        for (const each of Array.isArray(listed) ? listed : []) {
          const parameter = resolve(each)?.value
          if (parameter !== undefined) parameters.set(`${parameter.in} ${parameter.name}`, parameter)
        }
      }
      return [{ method, path, operation, parameters: [...parameters.values()] }]
    })
  })
}

/** Creates the error for a document that cannot be read. */
export function invalid(message: string): TenonError {
  return new TenonError('OPENAPI_INVALID', `The OpenAPI document cannot be imported. ${message}`)
}
