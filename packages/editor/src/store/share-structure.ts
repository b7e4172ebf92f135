/**
 * Returns `next` with equal parts taken from `previous`, so that unchanged parts keep their reference and do not render
 * again. The order of keys counts. For JSON values only.
 */
export function shareStructure<Value>(previous: unknown, next: Value): Value {
  return share(previous, next) as Value
}

function share(previous: unknown, next: unknown): unknown {
  if (previous === next || typeof previous !== 'object' || typeof next !== 'object') return next
  if (previous === null || next === null) return next
  if (Array.isArray(next)) return Array.isArray(previous) ? shareList(previous, next) : next
  return Array.isArray(previous) ? next : shareObject(previous, next)
}

function shareList(previous: readonly unknown[], next: readonly unknown[]): readonly unknown[] {
  const byId = new Map(previous.map((item, index) => [idOf(item) ?? index, item]))
  const shared = next.map((item, index) => share(byId.get(idOf(item) ?? index), item))
  const isSame = shared.length === previous.length && shared.every((item, index) => item === previous[index])
  return isSame ? previous : shared
}

function shareObject(previous: object, next: object): object {
  const before = new Map(Object.entries(previous))
  const keys = [...before.keys()]
  const entries = Object.entries(next)
  let isSame = before.size === entries.length
  const shared = entries.map(([key, value], index): [string, unknown] => {
    const merged = share(before.get(key), value)
    if (merged !== before.get(key) || keys[index] !== key) isSame = false
    return [key, merged]
  })
  return isSame ? previous : Object.fromEntries(shared)
}

// Items with an id keep their reference if the list around them changes.
function idOf(item: unknown): string | null {
  if (typeof item !== 'object' || item === null || !('id' in item)) return null
  return typeof item.id === 'string' ? `id:${item.id}` : null
}
