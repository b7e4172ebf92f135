/** A value that JSON represents exactly. Params, inputs and outputs are of this type. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** A JSON object; the key `__proto__` is rejected when text is parsed. */
export type JsonObject = { readonly [key: string]: Json }

/** A JSON Schema (draft 2020-12) as plain data; `false` admits nothing, `true` everything. */
export type JsonSchema = boolean | { readonly [key: string]: Json }

/**
 * A text with a kind: plain text is accepted, but one kind is not accepted as another.
 *
 * @example
 * ```ts
 * type TenantId = Flavor<string, 'TenantId'>
 * ```
 */
export type Flavor<Base, Kind extends string> = Base & { readonly __tenonKind?: Kind }

/** Checks for a JSON object; lists and null are not objects. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
