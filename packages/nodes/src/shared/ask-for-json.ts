import type { Json, JsonSchema } from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import {
  type ChatMessage,
  checkJsonSchema,
  type LanguageModel,
  type LanguageModelResult,
  type ModelUsage,
  type NodeContext,
} from '@tenon/core/node'
import { cutText } from '@tenon/core/text'
import { readModelJson } from './read-model-json.ts'

/** Most responses: a first one and two repairs. */
const MAX_ANSWERS = 3
const MAX_ISSUES_SHOWN = 10
/** Longest stored part of a response, in the run log and in the error. */
const KEPT_LENGTH = 60_000
const SHOWN_LENGTH = 2_000

/** Request to a model. */
export interface JsonQuestion {
  readonly languageModel: LanguageModel
  /** Name of the model; empty for the first model of the host. */
  readonly model: string
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

type AskContext = Pick<NodeContext, 'abortSignal' | 'heartbeat' | 'log' | 'toolCall'>

interface ReadAnswer {
  readonly value: Json
  readonly issues: readonly ProblemIssue[]
}

/**
 * Asks a model for JSON of a schema; a response that does not match is sent back with its faults, at most twice. Every
 * response is recorded in the run log as a call of the tool `model`.
 *
 * @throws {@link TenonError} `MODEL_OUTPUT_INVALID` if the third response does not match either (details: `answers`,
 * `issues`, `lastAnswer`); `MODEL_OUTPUT_TRUNCATED` for a response that was cut at the token limit, without a repair
 * (details: `lastAnswer`, `outputTokens`); `MODEL_FAILED` from the model; `JSON_SCHEMA_INVALID` for the schema.
 */
export async function askForJson(question: JsonQuestion, context: AskContext): Promise<JsonAnswer> {
  const { languageModel, schema } = question
  const model = question.model === '' ? languageModel.models[0]?.id : question.model
  if (model === undefined) throw new TenonError('MODEL_FAILED', 'The server has no language model')
  let messages: readonly ChatMessage[] = [...question.messages, schemaMessage(schema)]
  let issues: readonly ProblemIssue[] = []
  let lastAnswer = ''
  const spent = { inputTokens: 0, outputTokens: 0 }
  for (let answer = 1; answer <= MAX_ANSWERS; answer += 1) {
    context.heartbeat()
    const { result, read } = await ask(question, { model, messages, answer }, context)
    spent.inputTokens += result.usage.inputTokens
    spent.outputTokens += result.usage.outputTokens
    if (read.issues.length === 0) return { value: read.value, usage: { ...spent, model: result.model } }
    issues = read.issues
    lastAnswer = result.text
    messages = [...messages, { role: 'assistant', content: result.text }, repairMessage(issues)]
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
  readonly model: string
  readonly messages: readonly ChatMessage[]
  /** Number of the response, from 1. */
  readonly answer: number
}

/** Sends one request and records the response before it is checked. */
async function ask(
  { languageModel, schema, schemaName, temperature, maxOutputTokens }: JsonQuestion,
  { model, messages, answer }: Turn,
  { abortSignal, log, toolCall }: AskContext,
): Promise<{ readonly result: LanguageModelResult; readonly read: ReadAnswer }> {
  const startedAt = performance.now()
  const record = (rest: { answer?: Json; error?: { code: string; message: string } }): void =>
    toolCall({
      tool: 'model',
      arguments: { model, answer },
      ...rest,
      durationMs: Math.round(performance.now() - startedAt),
    })
  let result: LanguageModelResult
  try {
    result = await languageModel.generate({
      model,
      messages,
      responseSchema: { name: schemaName, schema },
      abortSignal,
      ...(temperature === undefined ? {} : { temperature }),
      ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    })
  } catch (error) {
    if (error instanceof TenonError) record({ error: { code: error.code, message: error.message } })
    throw error
  }
  const { text, usage, finishReason = 'stop' } = result
  const kept: Json = { text: cutText(text, KEPT_LENGTH, '…'), finishReason, model: result.model, ...usage }
  log('info', `${result.model} answered`, { ...usage, model: result.model, answer })
  if (finishReason === 'length') {
    const truncated = new TenonError(
      'MODEL_OUTPUT_TRUNCATED',
      'The model reached its token limit before it returned a response',
      {
        details: { outputTokens: usage.outputTokens, lastAnswer: cutText(text, SHOWN_LENGTH, '…') },
      },
    )
    record({ answer: kept, error: { code: truncated.code, message: truncated.message } })
    throw truncated
  }
  const read = readAnswer(text, schema)
  if (read.issues.length === 0) {
    record({ answer: kept })
  } else {
    const shown = read.issues.slice(0, MAX_ISSUES_SHOWN).map(toText)
    record({ answer: kept, error: { code: 'MODEL_OUTPUT_INVALID', message: shown.join('; ') } })
    log('warn', 'The response does not match the schema', { answer, issues: shown })
  }
  return { result, read }
}

/** Returns the first value in the response that matches the schema, else the first one with its faults. */
function readAnswer(text: string, schema: JsonSchema): ReadAnswer {
  const readings = readModelJson(text).map((value) => ({ value, issues: checkJsonSchema(schema, value) }))
  const none: ReadAnswer = { value: null, issues: [{ path: [], code: 'json', message: 'It is not JSON' }] }
  return readings.find(({ issues }) => issues.length === 0) ?? readings[0] ?? none
}

/** Creates a message with the schema, for servers that do not support `response_format`. */
function schemaMessage(schema: JsonSchema): ChatMessage {
  return {
    role: 'system',
    content: `Answer with one JSON value that fits this JSON Schema, and nothing else:\n${JSON.stringify(schema)}`,
  }
}

function repairMessage(issues: readonly ProblemIssue[]): ChatMessage {
  const list = issues.slice(0, MAX_ISSUES_SHOWN).map((issue) => `- ${toText(issue)}`)
  return {
    role: 'user',
    content: ['Your answer does not fit the schema:', ...list, 'Answer again with the corrected JSON only.'].join('\n'),
  }
}

function toText({ path, message }: ProblemIssue): string {
  return `${path.length === 0 ? 'the whole answer' : path.join('.')}: ${message}`
}
