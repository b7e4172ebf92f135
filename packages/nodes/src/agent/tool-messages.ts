import { type Json, type JsonObject, jsonEqual } from '@tenon/core/document'
import type { CallResult, ChatMessage } from '@tenon/core/node'
import { cutText } from '@tenon/core/text'
import type { PendingCall } from './state.ts'
import { type OfferedTool, paramsOfCall, readArguments } from './tools.ts'

/** Longest result that a model gets, in UTF-16 code units. */
const MAX_RESULT = 60_000

/** Returns the messages with which the model gets the results of the tools that it has called, in its order. */
export function toolMessages(
  pending: readonly PendingCall[],
  results: readonly CallResult[],
  tools: readonly OfferedTool[],
): readonly ChatMessage[] {
  const byCall = new Map(results.map((result) => [result.callId, result]))
  return pending.map((each): ChatMessage => {
    const result = each.callId === null ? undefined : byCall.get(each.callId)
    const content = result === undefined ? `Error: ${each.refusal}` : contentOf(each, result, tools)
    return { role: 'tool', toolCallId: each.toolCall.id, content: cutText(content, MAX_RESULT, '… (cut)') }
  })
}

function contentOf(pending: PendingCall, result: CallResult, tools: readonly OfferedTool[]): string {
  const found = tools.find(({ tool }) => tool.name === pending.toolCall.name)
  const changed = result.editedParams === null ? '' : changesOf(pending, result.editedParams, found)
  if (result.status !== 'completed') {
    const { code, message } = result.error
    const what = code === 'CALL_REJECTED' ? 'A person rejected this call' : 'The call failed'
    return `${changed}${what}. ${code}: ${message}`
  }
  const { port, output } = result
  const hasPorts = (found?.type.ports.length ?? 0) > 1
  return `${changed}${JSON.stringify(hasPorts ? { port, output } : output)}`
}

/** Says which arguments people have changed before they allowed the call. */
function changesOf({ toolCall }: PendingCall, edited: JsonObject, found: OfferedTool | undefined): string {
  const read = found === undefined ? null : readArguments(toolCall.arguments, found.offer.parameters)
  const asked = found === undefined || read === null || 'refusal' in read ? {} : paramsOfCall(found.tool, read.args)
  const names = [...new Set([...Object.keys(asked), ...Object.keys(edited)])]
  const changes = names
    .filter((name) => !jsonEqual(asked[name], edited[name]))
    .map((name): readonly [string, Json] => [name, edited[name] ?? null])
  return `A person changed the arguments before the call: ${JSON.stringify(Object.fromEntries(changes))}. Result:\n`
}

/** Returns the text of a message, without its files. */
export function textOf(message: ChatMessage | undefined): string {
  return message !== undefined && typeof message.content === 'string' ? message.content : ''
}
