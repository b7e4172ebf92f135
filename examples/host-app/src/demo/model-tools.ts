/** A message of a conversation with tools, as OpenAI's protocol has it. */
export interface ToolConversationMessage {
  readonly role: string
  readonly content: string
}

/** Next turn of the stand-in: a call of a tool, or an answer. */
export type ToolTurn =
  | { readonly call: { readonly name: string; readonly arguments: string } }
  | { readonly answer: string }

const FIND = 'find_order'
const REFUND = 'refund_order'

/**
 * Plays the one script with tools that the stand-in knows: it looks an order up, pays it back if that is asked for, and
 * answers with what the tools have returned. It says so if it is given other tools.
 *
 * @param tools - Names of the tools that it was offered.
 */
export function turnWithTools(messages: readonly ToolConversationMessage[], tools: readonly string[]): ToolTurn {
  const request = messages.findLast(({ role }) => role === 'user')?.content ?? ''
  const results = messages.filter(({ role }) => role === 'tool').map(({ content }) => content)
  const order = /\b\d{3,}\b/.exec(request)?.[0]
  if (!tools.includes(FIND)) {
    return { answer: `The model of the demo follows a script: it only knows the tools ${FIND} and ${REFUND}.` }
  }
  if (order === undefined) return { answer: 'Which order is it? The message has no order number.' }
  const [found, refund] = results
  if (found === undefined) return callOf(FIND, { query: { order } })
  const known = bodyOf(found)
  if (known === null) return { answer: `Order ${order} could not be looked up. ${found}` }
  const about = `Order ${order} (${String(known.item)}) is ${String(known.state)}.`
  if (!/refund|money back/i.test(request) || !tools.includes(REFUND)) return { answer: about }
  if (refund === undefined) return callOf(REFUND, { body: { order, amount: known.total } })
  const paid = bodyOf(refund)
  if (paid === null) return { answer: `${about} Nothing was paid back. ${refund}` }
  const isChanged = paid.amount !== known.total
  return {
    answer: `${about} ${String(paid.amount)} euros were paid back${isChanged ? `, of ${String(known.total)}` : ''}.`,
  }
}

function callOf(name: string, args: object): ToolTurn {
  return { call: { name, arguments: JSON.stringify(args) } }
}

/** Returns the body of the response that an HTTP call gave; `null` if the result has none, such as that of a failure. */
function bodyOf(result: string): Readonly<Record<string, unknown>> | null {
  // A result that a person has changed the arguments of begins with a line about that.
  const json = /(?:^|Result:\n)(\{.*)$/s.exec(result)?.[1]
  if (json === undefined) return null
  try {
    const { body } = JSON.parse(json) as { readonly body?: unknown }
    return typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>) : null
  } catch {
    return null
  }
}
