import { isJsonObject, type Json } from '@tenon/core/document'
import { calledNodeRunIdOf, type NodeRunId } from '@tenon/core/run'
import type { LoggedToolCall } from '../inspector/node-log.ts'

/** Message that was sent to a model. */
export interface SentMessage {
  readonly kind: 'message'
  readonly role: 'system' | 'user' | 'assistant' | 'tool'
  readonly text: string
}

/** Tool that a model has called in an answer. */
export interface AnsweredCall {
  readonly name: string
  /** Arguments as the model has written them. */
  readonly args: string
  /** Text that the model was given; `null` if it has not been sent yet. */
  readonly result: string | null
  /** Node run that the call has, if it has one. */
  readonly nodeRunId: NodeRunId
}

/** Answer of a model, or its failure. */
export interface ModelTurn {
  readonly kind: 'answer'
  readonly record: LoggedToolCall
  /** Model that was asked, or that has answered. */
  readonly model: string
  readonly text: string
  readonly calls: readonly AnsweredCall[]
}

export type Turn = SentMessage | ModelTurn

const ROLES = ['system', 'user', 'assistant', 'tool'] as const

/** Returns what was sent to models and what they answered, in order, from the calls of models in the log. */
export function readConversation(records: readonly LoggedToolCall[], callerId: NodeRunId): readonly Turn[] {
  const turns: Turn[] = []
  for (const [index, record] of records.entries()) {
    const previous = records[index - 1]
    // A fallback gets the same messages as the model that failed.
    const isFallback = previous?.answer === undefined && numberOf(previous) === numberOf(record)
    for (const message of previous !== undefined && isFallback ? [] : messagesOf(record)) {
      const sent = sentOf(message)
      if (sent === null) continue
      const isResult = sent.role === 'tool' && isJsonObject(message) && addResult(turns, message.toolCallId, sent.text)
      if (!isResult) turns.push(sent)
    }
    turns.push(answerOf(record, callerId))
  }
  return turns
}

interface OpenCall extends AnsweredCall {
  readonly id: string
}

function addResult(turns: Turn[], id: Json | undefined, result: string): boolean {
  const at = turns.findLastIndex((turn) => turn.kind === 'answer' && turn.calls.length > 0)
  const turn = turns[at]
  if (turn?.kind !== 'answer') return false
  const calls = turn.calls as readonly OpenCall[]
  const found = calls.findIndex((call) => call.id === id && call.result === null)
  if (found === -1) return false
  turns[at] = { ...turn, calls: calls.map((call, index) => (index === found ? { ...call, result } : call)) }
  return true
}

function numberOf(record: LoggedToolCall | undefined): Json | undefined {
  return record !== undefined && isJsonObject(record.arguments) ? record.arguments.answer : undefined
}

function messagesOf({ arguments: args }: LoggedToolCall): readonly Json[] {
  return isJsonObject(args) && Array.isArray(args.messages) ? args.messages : []
}

function sentOf(message: Json): SentMessage | null {
  if (!isJsonObject(message)) return null
  const role = ROLES.find((each) => each === message.role)
  return role === undefined ? null : { kind: 'message', role, text: textOf(message.content) }
}

function answerOf(record: LoggedToolCall, callerId: NodeRunId): ModelTurn {
  const { answer, pass } = record
  const asked = isJsonObject(record.arguments) ? textOf(record.arguments.model) : ''
  const base = { kind: 'answer', record, model: asked } as const
  if (!isJsonObject(answer)) return { ...base, text: answer === undefined ? '' : textOf(answer), calls: [] }
  const written = Array.isArray(answer.toolCalls) ? answer.toolCalls : []
  const calls = written.map((call: Json, index: number): OpenCall => {
    const { id, name, arguments: args } = isJsonObject(call) ? call : {}
    return {
      ...{ id: textOf(id), name: textOf(name), args: textOf(args), result: null },
      nodeRunId: calledNodeRunIdOf(callerId, pass, `c${index}`),
    }
  })
  return { ...base, model: textOf(answer.model) || asked, text: textOf(answer.text), calls }
}

function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}
