import { FORBIDDEN_KEYS, type Json } from '@tenon/core/document'

/** Why a text is not taken as JSON: it is none, or one of its keys could reach a prototype. */
export type JsonTextFault = 'syntax' | 'key'

export type JsonTextResult =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly fault: JsonTextFault }

/** Reads JSON that came from outside. */
export function parseJsonText(text: string): JsonTextResult {
  let hasForbiddenKey = false
  try {
    const value = JSON.parse(text, (key, member: unknown) => {
      if (FORBIDDEN_KEYS.includes(key)) hasForbiddenKey = true
      return member
    }) as Json
    return hasForbiddenKey ? { ok: false, fault: 'key' } : { ok: true, value }
  } catch {
    return { ok: false, fault: 'syntax' }
  }
}
