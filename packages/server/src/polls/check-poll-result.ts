import { isJsonObject, type Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { PolledItem, PollResult } from '@tenon/core/node'
import { encodeValue } from '@tenon/core/run'

const MAX_ITEMS = 500
const MAX_ID = 400
/** As of the input of a run. */
const MAX_DATA = 1_048_576
const MAX_CURSOR = 16_384
/** All items of a poll together. */
const MAX_ALL = 8_388_608

/** Checks what the code of a poll returns, which may be anything. @throws {@link TenonError} `POLL_RESULT_INVALID`. */
export function checkPollResult(result: PollResult): Required<PollResult> {
  if (!isJsonObject(result as unknown as Json) || !Array.isArray(result.items))
    throw invalidResult('it has no list of items')
  if (result.items.length > MAX_ITEMS) {
    throw invalidResult(`it has ${result.items.length} items, and at most ${MAX_ITEMS} are accepted at once`)
  }
  let room = MAX_ALL
  const items = result.items.map((item: PolledItem | null, index): PolledItem => {
    const name = `item ${index + 1}`
    const id = item?.id
    if (typeof id !== 'string' || id === '' || id.length > MAX_ID) {
      throw invalidResult(`the id of ${name} is no text of 1 to ${MAX_ID} characters`)
    }
    const { value, text } = encoded(item?.data ?? null, MAX_DATA, name)
    room -= text.length
    if (room < 0) throw invalidResult(`its items have more than ${MAX_ALL} characters`)
    return { id, data: value }
  })
  const { value: cursor } = encoded(result.cursor ?? null, MAX_CURSOR, 'the cursor')
  return { items, cursor, hasMore: result.hasMore === true }
}

function encoded(value: unknown, maxLength: number, name: string): { readonly value: Json; readonly text: string } {
  try {
    const { json, text } = encodeValue(value, { maxLength })
    return { value: json, text }
  } catch (error) {
    if (!(error instanceof TenonError)) throw error
    const why = error.code === 'VALUE_TOO_LARGE' ? `is longer than ${maxLength} characters` : 'is no JSON value'
    throw invalidResult(`${name} ${why}`)
  }
}

export function invalidResult(why: string): TenonError {
  return new TenonError('POLL_RESULT_INVALID', `The result of the poll cannot be used: ${why}`)
}
