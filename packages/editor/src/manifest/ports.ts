import type { Json, ResolvedPort } from '@tenon/core/document'
import { isJsonObject } from '@tenon/core/document'

/** Checks for the only regular port of a node, which is drawn beside the name and needs no row of its own. */
export function isPlainPort(port: ResolvedPort, ports: readonly ResolvedPort[]): boolean {
  return port.name === 'success' && ports.filter((other) => !other.isError).length === 1
}

/** Returns the value at a path of keys and indexes; `undefined` if a part of the path is missing. */
export function valueAt(value: Json | undefined, path: readonly (string | number)[]): Json | undefined {
  let at = value
  for (const key of path) {
    if (Array.isArray(at)) at = at[Number(key)]
    else if (isJsonObject(at) && Object.hasOwn(at, key)) at = at[String(key)]
    else return undefined
  }
  return at
}
