import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'

/**
 * Replaces the value of a secret param in a document. The value itself is stored encrypted and never returned; a client
 * that saves the document keeps the marker as it is.
 */
export interface SecretMarker {
  /** Id of the stored value: `sec_` and 22 URL-safe characters. */
  readonly $secret: string
  /** ISO 8601, UTC, milliseconds. */
  readonly setAt: string
  /** Display name of the person who set it. */
  readonly setBy: string
}

const SECRET_ID = /^sec_[A-Za-z0-9_-]{22}$/
/** Longest display name in a marker, in UTF-16 code units. */
export const SECRET_SET_BY_MAX_LENGTH = 200

/** Schema of a secret param in the manifest, which accepts the marker only. */
export const SECRET_MARKER_SCHEMA: JsonObject = Object.freeze({
  type: 'object',
  secret: true,
  literal: true,
  properties: {
    $secret: { type: 'string', pattern: SECRET_ID.source },
    setAt: { type: 'string', maxLength: 30 },
    setBy: { type: 'string', maxLength: SECRET_SET_BY_MAX_LENGTH },
  },
  required: ['$secret', 'setAt', 'setBy'],
  additionalProperties: false,
})

/** Checks whether a value is a marker without other fields. */
export function isSecretMarker(value: unknown): value is SecretMarker {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { $secret, setAt, setBy, ...rest } = value as Record<string, unknown>
  return (
    typeof $secret === 'string' &&
    SECRET_ID.test($secret) &&
    typeof setAt === 'string' &&
    setAt.length <= 30 &&
    typeof setBy === 'string' &&
    setBy.length <= SECRET_SET_BY_MAX_LENGTH &&
    Object.keys(rest).length === 0
  )
}

/** Returns the names of the secret params of a node type. @param schema - `params` of a manifest entry. */
export function secretParamsOf(schema: JsonSchema): readonly string[] {
  const properties = isJsonObject(schema as Json) ? (schema as { properties?: Json }).properties : undefined
  if (!isJsonObject(properties)) return []
  return Object.entries(properties).flatMap(([name, property]) =>
    isJsonObject(property) && property.secret === true ? [name] : [],
  )
}
