import { isJsonObject, type Json, type JsonObject } from '../../json.ts'
import type { AnswerTurn } from './model-server.ts'

/** Returns the objects of a list; of anything else, none. */
export function objectsIn(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

/** Returns the text of a turn in pieces, each of them not empty. */
export function piecesOf({ text = [] }: AnswerTurn): readonly string[] {
  return (typeof text === 'string' ? [text] : text).filter((piece) => piece !== '')
}

/** Returns the tool calls of a turn with their ids, which are made from their positions where the turn has none. */
export function callsOf({ toolCalls = [] }: AnswerTurn) {
  return toolCalls.map(({ id, ...call }, index) => ({ id: id ?? `call_${index}`, ...call }))
}

/** Returns the reason for the end of a turn. */
export function finishOf({ finish, toolCalls = [] }: AnswerTurn): NonNullable<AnswerTurn['finish']> {
  return finish ?? (toolCalls.length > 0 ? 'tool-calls' : 'stop')
}

/** Returns the tokens of a turn. */
export function usageOf({ usage }: AnswerTurn) {
  const { inputTokens, cachedInputTokens = 0, outputTokens } = usage ?? { inputTokens: 11, outputTokens: 7 }
  return { inputTokens, cachedInputTokens, outputTokens, totalTokens: inputTokens + outputTokens }
}

/** Returns arguments of a call as an object, for protocols that do not send them as text; `{}` if they are not JSON. */
export function argumentsOf(text: string): JsonObject {
  try {
    const value = JSON.parse(text) as Json
    return isJsonObject(value) ? value : {}
  } catch {
    return {}
  }
}

const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/

/** Returns what is wrong with names of tools. */
export function nameFaults(names: readonly string[]): readonly string[] {
  return [
    ...names.filter((name) => !TOOL_NAME.test(name)).map((name) => `the tool name "${name}" is not valid`),
    ...names.filter((name, index) => names.indexOf(name) !== index).map((name) => `the tool "${name}" is listed twice`),
  ]
}
