import type { Json, JsonSchema } from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import {
  addModelUsage,
  type ChatMessage,
  checkJsonSchema,
  type LanguageModel,
  type ModelFallback,
  type ModelUsage,
  type NodeContext,
} from '@tenon/core/node'
import { cutText } from '@tenon/core/text'
import { callModel, type ModelAnswer } from '../models/call-model.ts'
import { readModelJson } from './read-model-json.ts'

/** Most responses: a first one and two repairs. */
const MAX_ANSWERS = 3
const MAX_ISSUES_SHOWN = 10
/** Longest part of a response in the error. */
const SHOWN_LENGTH = 2_000

/** Request to a model. */
export interface JsonQuestion {
  readonly languageModel: LanguageModel
  /** Name of the model; empty for the first model of the host. */
  readonly model: string
  /** Models to ask when it fails; empty for those of the catalog. @defaultValue those of the catalog */
  readonly fallbacks?: readonly ModelFallback[]
  /** Name of the schema, `^[a-zA-Z0-9_-]{1,64}$` as providers require. */
  readonly schemaName: string
  readonly schema: JsonSchema
  readonly messages: readonly ChatMessage[]
  readonly temperature?: number | undefined
  readonly maxOutputTokens?: number | undefined
}

/** A value that matches the schema, with the usage of all responses. */
export interface JsonAnswer {
  readonly value: Json
  /** Usage of all responses. */
  readonly usage: ModelUsage
}

type AskContext = Pick<NodeContext, 'abortSignal' | 'heartbeat' | 'log' | 'models' | 'tenantId' | 'toolCall'>

/** A value that a response has, with its faults. */
export interface ReadAnswer {
  readonly value: Json
  readonly issues: readonly ProblemIssue[]
}

/**
 * Asks a model for JSON of a schema; a response that does not match is sent back with its faults, at most twice. Every
 * response is recorded in the run log as a call of the tool `model`.
 *
 * @throws {@link TenonError} `MODEL_OUTPUT_INVALID` if the third response does not match either (details: `answers`,
 * `issues`, `lastAnswer`); `MODEL_OUTPUT_TRUNCATED` for a response that was cut at the token limit, without a repair
 * (details: `lastAnswer`, `outputTokens`); `MODEL_FAILED` and `BUDGET_EXCEEDED` from `callModel`; `JSON_SCHEMA_INVALID` for the schema.
 */
export async function askForJson(question: JsonQuestion, context: AskContext): Promise<JsonAnswer> {
  let messages: readonly ChatMessage[] = [...question.messages, schemaMessage(question.schema)]
  let newMessages = messages.length
  let issues: readonly ProblemIssue[] = []
  let lastAnswer = ''
  let spent: ModelUsage | undefined
  for (let answer = 1; answer <= MAX_ANSWERS; answer += 1) {
    const { result, usage, read } = await ask(question, { messages, newMessages, answer }, context)
    spent = addModelUsage(spent, usage)
    if (read.issues.length === 0) return { value: read.value, usage: spent }
    issues = read.issues
    lastAnswer = result.text
    messages = [...messages, { role: 'assistant', content: result.text }, repairMessage(issues)]
    // The answer is in the log.
    newMessages = 1
  }
  throw new TenonError('MODEL_OUTPUT_INVALID', `None of ${MAX_ANSWERS} responses of the model matches the schema`, {
    details: {
      answers: MAX_ANSWERS,
      issues: issues.slice(0, MAX_ISSUES_SHOWN),
      lastAnswer: cutText(lastAnswer, SHOWN_LENGTH, '…'),
    },
  })
}

interface Turn {
  readonly messages: readonly ChatMessage[]
  readonly newMessages: number
  /** Number of the response, from 1. */
  readonly answer: number
}

/** Sends one request and records the response with its faults. */
async function ask(
  question: JsonQuestion,
  { messages, newMessages, answer }: Turn,
  context: AskContext,
): Promise<ModelAnswer & { readonly read: ReadAnswer }> {
  const { languageModel, model, fallbacks, schema, schemaName, temperature, maxOutputTokens } = question
  const request = {
    messages,
    responseSchema: { name: schemaName, schema },
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  }
  const call = { languageModel, model, request, answer, newMessages, ...(fallbacks === undefined ? {} : { fallbacks }) }
  const answered = await callModel(call, context)
  const { text, usage, finishReason = 'stop' } = answered.result
  if (finishReason === 'length') {
    const truncated = new TenonError(
      'MODEL_OUTPUT_TRUNCATED',
      'The model reached its token limit before it returned a response',
      {
        details: { outputTokens: usage.outputTokens, lastAnswer: cutText(text, SHOWN_LENGTH, '…') },
      },
    )
    answered.record({ code: truncated.code, message: truncated.message })
    throw truncated
  }
  const read = readJsonAnswer(text, schema)
  if (read.issues.length === 0) {
    answered.record()
  } else {
    const shown = read.issues.slice(0, MAX_ISSUES_SHOWN).map((issue) => issueText(issue))
    answered.record({ code: 'MODEL_OUTPUT_INVALID', message: shown.join('; ') })
    context.log('warn', 'The response does not match the schema', { answer, issues: shown })
  }
  return { ...answered, read }
}

/** Returns the first value in the response that matches the schema, else the first one with its faults. */
export function readJsonAnswer(text: string, schema: JsonSchema): ReadAnswer {
  const readings = readModelJson(text).map((value) => ({ value, issues: checkJsonSchema(schema, value) }))
  const none: ReadAnswer = { value: null, issues: [{ path: [], code: 'json', message: 'It is not JSON' }] }
  return readings.find(({ issues }) => issues.length === 0) ?? readings[0] ?? none
}

/** Creates a message with the schema, for servers that do not support `response_format`. */
export function schemaMessage(schema: JsonSchema, task = 'Answer'): ChatMessage {
  return {
    role: 'system',
    content: `${task} with one JSON value that fits this JSON Schema, and nothing else:\n${JSON.stringify(schema)}`,
  }
}

/** Creates the message that sends an answer back with its faults. */
export function repairMessage(issues: readonly ProblemIssue[]): ChatMessage {
  const list = issues.slice(0, MAX_ISSUES_SHOWN).map((issue) => `- ${issueText(issue)}`)
  return {
    role: 'user',
    content: ['Your answer does not fit the schema:', ...list, 'Answer again with the corrected JSON only.'].join('\n'),
  }
}

/** Writes a fault for a model. */
export function issueText({ path, message }: ProblemIssue, whole = 'the whole answer'): string {
  return `${path.length === 0 ? whole : path.join('.')}: ${message}`
}
