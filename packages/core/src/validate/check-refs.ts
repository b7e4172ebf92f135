import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'
import { cutText } from '../text/cut-text.ts'

const REFERENCES: ReadonlySet<string> = new Set(['$ref', '$dynamicRef', '$recursiveRef'])
/** Keywords whose values are data, not schemas. */
const DATA: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples'])

function atPointer(root: JsonObject, pointer: string): Json | undefined {
  let at: Json | undefined = root
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (Array.isArray(at)) at = at[Number(key)]
    else at = isJsonObject(at) && Object.hasOwn(at, key) ? at[key] : undefined
  }
  return at
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Yields every keyword of a schema at any depth. */
function* keywordsOf(schema: Json): Generator<readonly [keyword: string, value: Json]> {
  const open: Json[] = [schema]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (Array.isArray(next)) open.push(...next)
    if (!isJsonObject(next)) continue
    for (const [keyword, value] of Object.entries(next) as [string, Json][]) {
      yield [keyword, value]
      if (!DATA.has(keyword)) open.push(value)
    }
  }
}

/** Returns the reason why a reference cannot be resolved; `null` if it can. */
function faultOf(reference: string, root: JsonObject, anchors: ReadonlySet<string>): string | null {
  const shown = JSON.stringify(cutText(reference, 80))
  if (!reference.startsWith('#')) return `${shown} refers to another document. Put the referenced schema under $defs`
  const target = decode(reference.slice(1))
  const isThere =
    target === '' || (target.startsWith('/') ? atPointer(root, target) !== undefined : anchors.has(target))
  return isThere ? null : `${shown} does not exist in the schema`
}

/**
 * Finds references of a JSON Schema that cannot be resolved: to the network, to another file, to a missing part.
 *
 * @returns One sentence for each such reference, at most ten.
 */
export function faultyReferences(schema: JsonSchema): readonly string[] {
  if (!isJsonObject(schema)) return []
  const keywords = [...keywordsOf(schema)]
  const anchors = new Set(
    keywords.flatMap(([keyword, value]) => (/^\$(dynamicA|a)nchor$/.test(keyword) ? [String(value)] : [])),
  )
  const references = keywords.flatMap(([keyword, value]) =>
    REFERENCES.has(keyword) && typeof value === 'string' ? [value] : [],
  )
  const faults = references.flatMap((reference) => faultOf(reference, schema, anchors) ?? [])
  return [...new Set(faults)].slice(0, 10)
}
