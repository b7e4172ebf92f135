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

const MARKER_FIELDS = 3
const SECRET_ID = /^sec_[A-Za-z0-9_-]{22}$/
/** Longest display name in a marker, in UTF-16 code units. */
export const SECRET_SET_BY_MAX_LENGTH = 200

/**
 * Marker of a secret that a copy of a node or workflow does not have, since secrets are not copied. It has the form of
 * other markers, with an id that no stored value has.
 */
export const MISSING_SECRET: SecretMarker = Object.freeze({
  $secret: `sec_${'0'.repeat(22)}`,
  setAt: '1970-01-01T00:00:00.000Z',
  setBy: '',
})

/** Checks for the marker of a secret that has to be set again, {@link MISSING_SECRET}. */
export function isMissingSecret(value: unknown): boolean {
  return isSecretMarker(value) && value.$secret === MISSING_SECRET.$secret
}

/**
 * Returns params for a copy: secrets that are set become missing ones, also values that were not encrypted yet.
 *
 * @param secretParams - Names of the secret params of the node type; markers in other params are replaced as well.
 */
export function withoutSecrets(params: JsonObject, secretParams: readonly string[] = []): JsonObject {
  const isSet = ([name, value]: readonly [string, Json]) =>
    isSecretMarker(value) || (secretParams.includes(name) && value !== null && value !== '')
  const entries = Object.entries(params)
  if (!entries.some(isSet)) return params
  return Object.fromEntries(entries.map((entry) => (isSet(entry) ? [entry[0], { ...MISSING_SECRET }] : entry)))
}

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
  const { $secret, setAt, setBy } = value as Record<string, unknown>
  return (
    typeof $secret === 'string' &&
    SECRET_ID.test($secret) &&
    typeof setAt === 'string' &&
    setAt.length <= 30 &&
    typeof setBy === 'string' &&
    setBy.length <= SECRET_SET_BY_MAX_LENGTH &&
    Object.keys(value).length === MARKER_FIELDS
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
