import { isSecretMarker } from '../document/secret-marker.ts'
import type { Json } from '../json.ts'
import { isCredentialField, isCredentialHeader, isCredentialQuery } from './credential-names.ts'
import { MASK, maskHeaderValue, maskText, type ReplaceCredential } from './mask-text.ts'

type IsCredential = (name: string) => boolean

/**
 * Returns the check of names for the values below a key: `key` is a credential in a query and an ordinary field
 * elsewhere.
 */
function namesBelow(key: string, outer: IsCredential): IsCredential {
  const plain = key.toLowerCase()
  if (plain === 'headers' || plain.endsWith('headers')) return isCredentialHeader
  if (plain === 'query' || plain === 'queryparams' || plain === 'searchparams') return isCredentialQuery
  return outer
}

function maskAll(value: Json, replace: ReplaceCredential): Json {
  if (typeof value === 'string') return value === '' ? value : maskHeaderValue(value, replace)
  if (typeof value === 'number') return replace(String(value))
  if (Array.isArray(value)) return value.map((item: Json) => maskAll(item, replace))
  if (typeof value !== 'object' || value === null || isSecretMarker(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, maskAll(member as Json, replace)]))
}

/** Returns the name in a row of a list of headers or parameters: `{ name, value }` or `{ key, value }`. */
function rowName(value: { readonly [key: string]: Json }): string | null {
  if (!Object.hasOwn(value, 'value')) return null
  const name = value.name ?? value.key
  return typeof name === 'string' ? name : null
}

function walk(value: Json, isCredential: IsCredential, replace: ReplaceCredential): Json {
  if (typeof value === 'string') return maskText(value, replace)
  if (typeof value !== 'object' || value === null || isSecretMarker(value)) return value
  if (Array.isArray(value)) {
    const items = value.map((item: Json) => walk(item, isCredential, replace))
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  const object = value as { readonly [key: string]: Json }
  const row = rowName(object)
  const isRow = row !== null && isCredential(row)
  // In a row, `key` is the name of the parameter.
  const isLabel = (key: string): boolean => row !== null && key === 'key'
  const entries = Object.entries(object).map(([key, member]): [string, Json] => [
    key,
    (isRow && key === 'value') || (isCredential(key) && !isLabel(key))
      ? maskAll(member, replace)
      : walk(member, namesBelow(key, isCredential), replace),
  ])
  return entries.some(([key, member]) => member !== object[key]) ? Object.fromEntries(entries) : value
}

/**
 * Replaces the credentials in a value by a mask: values of headers, query parameters and fields whose name marks a
 * credential, and credentials that {@link maskText} finds in texts. Used for everything that people see or that is
 * logged.
 *
 * @returns The same value if it contains none; else a new one of the same shape.
 */
export function maskCredentials<Value>(value: Value): Value {
  return walk(value as Json, isCredentialField, () => MASK) as Value
}

/** Returns the credentials that {@link maskCredentials} would replace, each once. */
export function credentialsIn(value: Json): readonly string[] {
  const found = new Set<string>()
  walk(value, isCredentialField, (credential) => {
    found.add(credential)
    return MASK
  })
  return [...found]
}
