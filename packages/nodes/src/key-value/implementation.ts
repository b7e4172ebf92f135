import type { Json } from '@tenon/core/document'
import { implementNode, type KeyValueChange, type NodeParams } from '@tenon/core/node'
import { keyValue } from './definition.ts'

export const keyValueNode = implementNode(keyValue, async ({ params, keyValues, idempotencyKey, log }) => {
  const change = changeOf(params)
  if (change === null) {
    const { isFound, value } = await keyValues.get(params.key)
    const found = isFound ? value : jsonOf(params.fallback)
    return { port: 'success', output: { value: found, previous: value, found: isFound } }
  }
  const { value, previous, isRepeated } = await keyValues.change(change, idempotencyKey)
  if (isRepeated) log('info', 'An earlier attempt has made the change; its result is used')
  return { port: 'success', output: { value, previous, found: previous !== null } }
})

/** Returns the change that the params describe; `null` for a read. */
function changeOf({ operation, key, value, amount }: NodeParams<typeof keyValue>): KeyValueChange | null {
  switch (operation) {
    case 'get':
      return null
    case 'set':
      return { kind: 'set', key, value: jsonOf(value) }
    case 'increment':
      return { kind: 'increment', key, amount }
    case 'delete':
      return { kind: 'delete', key }
  }
}

/** Params contain JSON only. */
function jsonOf(value: unknown): Json {
  return (value ?? null) as Json
}
